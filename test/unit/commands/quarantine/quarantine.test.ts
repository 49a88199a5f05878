import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../../../../src/cli/run.ts';
import type { QuarantineDrop } from '../../../../src/commands/quarantine/drop.ts';
import type { QuarantineList } from '../../../../src/commands/quarantine/list.ts';
import type { QuarantineLines } from '../../../../src/commands/quarantine/show.ts';
import { capturedTerminal } from '../../../fakes/captured-terminal.ts';
import { schemaErrors } from '../../../fakes/json-schema.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';

const doorSchema = JSON.stringify({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  'x-audit-export': {
    type: 'door',
    recognise: { type: 'object', required: ['door'] },
    eventTime: [{ at: '/at', forms: ['iso-8601'] }],
  },
  type: 'object',
  properties: { door: { type: 'string' } },
});
const doorLine = '{"door":"north","at":"2026-09-04T12:00:00Z"}';

interface Called {
  code: number;
  stdout: string;
  stderr: string;
}

/** One machine with one state folder; each call is made in a project, which is a folder of its own. */
class Machine {
  readonly folder = realpathSync(scratchFolder());

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  write(name: string, text: string): string {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
    return this.path(name);
  }

  /** A project whose profile acme delivers to this folder; a line of a type that is not known was set aside there. */
  async project(name: string, to: string, line = doorLine): Promise<void> {
    this.write(`${name}/audit-export.json`, JSON.stringify({ profiles: { acme: { to: this.path(to) } } }));
    const events = this.write(`${name}/events.jsonl`, `${line}\n`);
    await this.call(name, ['push', '--profile', 'acme', events]);
  }

  async call(project: string, args: readonly string[]): Promise<Called> {
    mkdirSync(this.path(project), { recursive: true });
    const { context, stdout, stderr } = capturedTerminal('', {
      workingFolder: this.path(project),
      environment: { XDG_STATE_HOME: this.path('state'), XDG_CONFIG_HOME: this.path('config') },
    });
    const code = await run(args, context);
    return { code, stdout: stdout(), stderr: stderr() };
  }

  async json<T>(project: string, args: readonly string[], schema: string): Promise<T> {
    const { code, stdout, stderr } = await this.call(project, [...args, '--json']);
    const report: unknown = JSON.parse(stdout);
    const faults = [...schemaErrors(schema, report), ...(code === 0 && stderr === '' ? [] : [stderr])];
    if (faults.length > 0) throw new Error(`${args.join(' ')}: ${faults.join('; ')}`);
    return report as T;
  }

  async list(project: string, ...flags: string[]): Promise<QuarantineList> {
    return this.json(project, ['quarantine', 'list', ...flags], 'quarantine-list');
  }

  objectsIn(to: string): string[] {
    try {
      const names = readdirSync(this.path(to), { recursive: true }) as string[];
      return names.filter((name) => name.endsWith('.gz'));
    } catch {
      return [];
    }
  }
}

const acme = ['--profile', 'acme'];

describe('two projects with a profile of the same name', () => {
  test('replay of one delivers its own lines to its own store, and leaves the other as it is', async () => {
    const machine = new Machine();
    const schema = machine.write('door.json', doorSchema);
    await machine.project('one', 'store-one');
    await machine.project('two', 'store-two', doorLine.replace('north', 'south'));
    const before = await machine.list('two', ...acme);
    const replay = ['quarantine', 'replay', ...acme, '--schema', schema];
    expect(await machine.call('one', replay)).toMatchObject({ code: 0 });
    expect(machine.objectsIn('store-one')).toHaveLength(1);
    expect(machine.objectsIn('store-two')).toEqual([]);
    expect(await machine.list('two', ...acme)).toEqual(before);
    expect((await machine.list('one', ...acme)).lines).toBe(0);
    expect(before.lines).toBe(1);
  });
});

describe('a line goes where it was to go and nowhere else', () => {
  test('a profile that delivers elsewhere now is refused, both are named, and the cure works as printed', async () => {
    const machine = new Machine();
    const schema = machine.write('door.json', doorSchema);
    await machine.project('one', 'old');
    machine.write(
      'one/audit-export.json',
      JSON.stringify({ profiles: { acme: { to: machine.path('new') } } }),
    );
    const refused = await machine.call('one', ['quarantine', 'replay', ...acme, '--schema', schema]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(machine.path('old'));
    expect(refused.stderr).toContain(machine.path('new'));
    expect(machine.objectsIn('new')).toEqual([]);
    const cure = /audit-export (quarantine replay .*)/.exec(refused.stderr)?.[1]?.split(' ') ?? [];
    expect(await machine.call('elsewhere', [...cure, '--schema', schema])).toMatchObject({ code: 0 });
    expect(machine.objectsIn('old')).toHaveLength(1);
    expect((await machine.list('one', ...acme)).lines).toBe(0);
  });

  test('--to that names another store is refused; a quarantine of several gives each its own', async () => {
    const machine = new Machine();
    const schema = machine.write('door.json', doorSchema);
    const shared = ['--quarantine', machine.path('shared')];
    for (const to of ['a', 'b']) {
      const events = machine.write(`${to}.jsonl`, `${doorLine.replace('north', to)}\n`);
      await machine.call('x', ['push', '--to', machine.path(to), ...shared, events]);
    }
    const listed = await machine.list('x', ...shared);
    expect(listed.destinations.map(({ text, lines }) => [text, lines])).toEqual(
      expect.arrayContaining([
        [machine.path('a'), 1],
        [machine.path('b'), 1],
      ]),
    );
    const replay = ['quarantine', 'replay', ...shared, '--schema', schema];
    expect(await machine.call('x', [...replay, '--to', machine.path('c')])).toMatchObject({ code: 2 });
    const first = await machine.call('x', [...replay, '--to', machine.path('a')]);
    expect(first.code).toBe(0);
    expect(first.stderr).toContain(`--to ${machine.path('b')}`);
    expect([machine.objectsIn('a').length, machine.objectsIn('b').length]).toEqual([1, 0]);
    expect((await machine.list('x', ...shared)).destinations).toMatchObject([{ text: machine.path('b') }]);
    await machine.call('x', [...replay, '--to', machine.path('b')]);
    expect(machine.objectsIn('b')).toHaveLength(1);
    expect(machine.objectsIn('c')).toEqual([]);
    expect((await machine.list('x', ...shared)).lines).toBe(0);
  });
});

test('without a profile, list shows what waits for all destinations, or for the one that is named', async () => {
  const machine = new Machine();
  await machine.project('one', 'of-profile');
  for (const to of ['a', 'b'])
    await machine.call('x', ['push', '--to', machine.path(to), machine.write(`${to}.jsonl`, `bad ${to}\n`)]);
  expect(new Set((await machine.list('x')).destinations.map(({ text }) => text))).toEqual(
    new Set([machine.path('a'), machine.path('b')]),
  );
  expect((await machine.list('x', '--to', machine.path('a'))).destinations).toMatchObject([
    { text: machine.path('a'), lines: 1 },
  ]);
  const { stdout } = await machine.call('x', ['quarantine', 'list']);
  for (const to of ['a', 'b'])
    expect(stdout).toContain(`audit-export quarantine replay --to ${machine.path(to)}\n`);
});

describe('show', () => {
  const violation = JSON.stringify({ door: 7, at: '2026-09-04T12:00:00Z', more: { than: ['one', 'line'] } });

  test('lays a line out and marks the value at fault', async () => {
    const machine = new Machine();
    const schema = machine.write('door.json', doorSchema);
    const events = machine.write('events.jsonl', `${violation}\n{"door":\n`);
    await machine.call('x', ['push', '--to', machine.path('a'), '--schema', schema, events]);
    const shown = await machine.json<QuarantineLines>('x', ['quarantine', 'show'], 'quarantine-lines');
    const [first, second] = shown.lines;
    expect(first).toMatchObject({
      reason: 'schema-violation',
      instancePath: '/door',
      line: 1,
      bytes: violation.length,
    });
    expect(first?.content.lines.join('')).toContain('"door": 7,');
    expect(first?.content.fault).toEqual({ line: 1, column: 10 });
    expect(second).toMatchObject({
      reason: 'not-json',
      content: { lines: ['{"door":'], fault: { column: 8 } },
    });
    const { stdout } = await machine.call('x', ['quarantine', 'show', first?.id ?? '']);
    expect(stdout).toContain('  >   "door": 7,\n              ^\n');
    expect(stdout).not.toContain('not-json');
    expect((await machine.call('x', ['quarantine', 'show', '--limit', '1'])).stdout).toContain(
      '1 more line waits',
    );
  });

  test('of an id that nobody has is refused', async () => {
    const machine = new Machine();
    expect(await machine.call('x', ['quarantine', 'show', 'abcdef012345'])).toMatchObject({ code: 2 });
    expect(await machine.call('x', ['quarantine', 'show', 'abc'])).toMatchObject({ code: 2 });
  });
});

describe('drop', () => {
  async function machineWith(lines: readonly string[]): Promise<Machine> {
    const machine = new Machine();
    const events = machine.write('events.jsonl', lines.map((line) => `${line}\n`).join(''));
    await machine.call('x', ['push', '--to', machine.path('a'), events]);
    return machine;
  }

  test('takes out the lines that are named, and keeps when, why and what in a file beside', async () => {
    const machine = await machineWith(['one', 'two', 'three']);
    const { groups } = await machine.list('x');
    const sample = groups[0]?.samples.find(({ line }) => line === 2);
    const dropped = await machine.json<QuarantineDrop>(
      'x',
      ['quarantine', 'drop', sample?.id ?? '', '--reason', 'a test'],
      'quarantine-drop',
    );
    const sha256 = createHash('sha256').update('two').digest('hex');
    expect(dropped.dropped).toMatchObject([{ why: 'a test', line: 2, bytes: 3, sha256, reason: 'not-json' }]);
    const [log = ''] = dropped.logs;
    expect(readFileSync(log, 'utf8')).toBe(`${JSON.stringify(dropped.dropped[0])}\n`);
    const left = await machine.list('x');
    expect(left.groups[0]?.samples.map(({ line }) => line)).toEqual([1, 3]);
    expect(await machine.call('x', ['quarantine', 'drop', '--all', '--reason', 'the rest'])).toMatchObject({
      code: 0,
    });
    expect((await machine.list('x')).lines).toBe(0);
    expect(readFileSync(log, 'utf8').trimEnd().split('\n')).toHaveLength(3);
  });

  test.each([
    ['no reason', ['--all'], '--reason'],
    ['an empty reason', ['--all', '--reason', ' '], '--reason'],
    ['no lines', ['--reason', 'x'], '--all'],
    ['lines and all', ['abcdef012345', '--all', '--reason', 'x'], '--all'],
    ['a line that does not wait', ['abcdef012345', '--reason', 'x'], 'abcdef012345'],
  ])('with %s drops nothing', async (_, words, told) => {
    const machine = await machineWith(['one']);
    const { code, stderr } = await machine.call('x', ['quarantine', 'drop', ...words]);
    expect(code).toBe(2);
    expect(stderr).toContain(told);
    expect((await machine.list('x')).lines).toBe(1);
  });
});
