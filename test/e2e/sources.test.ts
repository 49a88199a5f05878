import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, openSync, closeSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { environmentOf, program, runCli, runForReport } from './run-cli.ts';
import type { Workspace } from './workspace.ts';
import { deliveriesBelow, filesBelow, useWorkspaces } from './workspace.ts';

const newWorkspace = useWorkspaces();

const event = (id: number): string => `{"id":${id},"dt":"2025-03-11T20:31:39.000Z","clientId":"c","rule":{}}`;
const lines = (...ids: readonly number[]): string => ids.map((id) => `${event(id)}\n`).join('');

/** Runs the program with stdin as the shell hands it over. */
function shell(workspace: Workspace, command: string): { code: number | null; stderr: string } {
  const run = spawnSync('sh', ['-c', command.replaceAll('PROGRAM', `'${process.execPath}' '${program}'`)], {
    cwd: workspace.folder,
    env: environmentOf(workspace),
    timeout: 60_000,
  });
  return { code: run.status, stderr: run.stderr.toString() };
}

describe('each source stands for itself', () => {
  test('damaged, foreign and missing ones are named, all others delivered, and again nothing is stored', async () => {
    const workspace = await newWorkspace();
    const packed = gzipSync(Array.from({ length: 3000 }, (_, id) => lines(id + 1000)).join(''));
    await workspace.write('in/a.jsonl', lines(1, 2));
    await workspace.write('in/cut.gz', packed.subarray(0, packed.length / 2));
    await workspace.write('in/double.gz', gzipSync(gzipSync(lines(3))));
    await workspace.write(
      'in/padded.gz',
      Buffer.concat([gzipSync(lines(4)), Buffer.alloc(512), gzipSync(lines(5))]),
    );
    await workspace.write('in/z.jsonl', lines(6));
    const config = { profiles: { p: { to: workspace.path('out') } } };
    await workspace.write('audit-export.json', JSON.stringify(config));
    const args = ['push', '--profile', 'p', 'in', 'missing.jsonl'];
    const { report } = await runForReport(workspace, args);
    expect(report).toMatchObject({ exitCode: 6, outcome: 'delivered-in-part', balanced: true });
    const failures = report.sources.flatMap(({ name, failure }) =>
      failure === undefined ? [] : [[name, failure.code]],
    );
    expect(failures).toEqual([
      ['in/cut.gz', 'source-broken'],
      ['in/double.gz', 'source-unsupported'],
      ['missing.jsonl', 'source-unreadable'],
    ]);
    expect(report.balance.delivered).toBeGreaterThan(5 + 1000);
    expect(report.balance).toMatchObject({ quarantined: 0, undelivered: 0 });
    const again = await runForReport(workspace, args);
    expect(again.report).toMatchObject({ exitCode: 6, balance: { delivered: 0 } });
  });

  test('where one is no JSON Lines at all and the others are, that is exit code 3, with the command', async () => {
    const workspace = await newWorkspace();
    await workspace.write('a.jsonl', lines(1));
    await workspace.write('u16.jsonl', Buffer.from(`\ufeff${lines(2)}`, 'utf16le'));
    const run = await runCli(workspace, ['push', '--to', 'out', 'a.jsonl', 'u16.jsonl']);
    expect(run.code).toBe(3);
    expect(run.stderr).toContain('iconv -f UTF-16 -t UTF-8 u16.jsonl > u16.lines.jsonl');
    expect(await deliveriesBelow(workspace.path('out'))).toHaveLength(1);
    expect((await filesBelow(workspace.path('state'))).filter((file) => file.includes('quarantine'))).toEqual(
      [],
    );
  });
});

describe('stdin', () => {
  test.each<[string, number, string]>([
    ['PROGRAM push --to out < .', 3, 'it is a folder'],
    ['PROGRAM push --to out <&-', 3, 'it is closed'],
    ['PROGRAM push --to out - <&-', 3, 'it is closed'],
    ['PROGRAM push --to out --follow < .', 3, 'it is a folder'],
    ['PROGRAM push --to out < /dev/null', 0, ''],
  ])('%s: exit code %d', async (command, code, why) => {
    const run = shell(await newWorkspace(), command);
    expect(run.code).toBe(code);
    expect(run.stderr).toContain(why);
  });
});

describe('the environment of a service', () => {
  test.each([
    ['HOME=/dev/null', { HOME: '/dev/null' }],
    ['a home that can not be made', { HOME: '/proc/none' }],
    ['state below /proc', { HOME: '/tmp', XDG_STATE_HOME: '/proc/none' }],
    ['no home', { HOME: '' }],
  ])('%s: the work is done', async (_, variables) => {
    const workspace = await newWorkspace();
    await workspace.write('e.jsonl', lines(1));
    const {
      XDG_STATE_HOME: _state,
      XDG_CONFIG_HOME: _config,
      HOME: _home,
      ...rest
    } = environmentOf(workspace);
    const run = spawnSync(process.execPath, [program, 'push', '--to', 'out', 'e.jsonl'], {
      cwd: workspace.folder,
      env: { ...rest, XDG_STATE_HOME: workspace.path('state'), ...variables },
      timeout: 60_000,
    });
    expect([run.signal, run.status]).toEqual([null, 0]);
    expect(run.stderr.toString()).not.toContain('bug');
  });

  test.runIf(process.getuid?.() === 0)(
    'a user that nobody knows, without HOME: the work is done',
    async () => {
      const workspace = await newWorkspace();
      const folder = workspace.path('theirs');
      mkdirSync(folder);
      for (const one of [folder, workspace.folder]) chmodSync(one, 0o777);
      chmodSync(`${workspace.folder}/..`, 0o755);
      await workspace.write('theirs/e.jsonl', lines(1));
      const out = openSync(workspace.path('err'), 'w');
      const run = spawnSync(process.execPath, [program, 'push', '--to', 'out', 'e.jsonl'], {
        cwd: folder,
        env: { PATH: process.env['PATH'], TMPDIR: '/tmp', AWS_EC2_METADATA_DISABLED: 'true' },
        uid: 54_321,
        gid: 54_321,
        stdio: ['ignore', 'ignore', out],
        timeout: 60_000,
      });
      closeSync(out);
      expect([run.signal, run.status]).toEqual([null, 0]);
    },
  );
});

test('--ignore leaves out what is no audit event, by flag, environment and profile, and the sum is right', async () => {
  const workspace = await newWorkspace();
  await workspace.write('a.jsonl', `started\n${lines(1)}{"level":"info"}\n`);
  const expected = { exitCode: 0, balance: { read: 3, delivered: 1, ignored: 2, quarantined: 0 } };
  const reasons = 'not-json,unknown-type';
  const { report } = await runForReport(workspace, ['push', '--to', 'out', 'a.jsonl', '--ignore', reasons]);
  expect(report).toMatchObject({
    ...expected,
    balanced: true,
    ignored: [
      { reason: 'not-json', lines: 1 },
      { reason: 'unknown-type', lines: 1 },
    ],
  });
  const byEnvironment = await runForReport(workspace, ['push', '--to', 'out2', 'a.jsonl'], {
    environment: { AUDIT_EXPORT_IGNORE: reasons },
  });
  expect(byEnvironment.report).toMatchObject(expected);
  const config = { profiles: { p: { to: 'out3', ignore: reasons.split(',') } } };
  await workspace.write('audit-export.json', JSON.stringify(config));
  expect((await runForReport(workspace, ['push', '--profile', 'p', 'a.jsonl'])).report).toMatchObject(
    expected,
  );
  const refused = await runCli(workspace, ['push', '--to', 'out', 'a.jsonl', '--ignore', 'schema-violation']);
  expect(refused.code).toBe(2);
});

test('a quarantine that is full stops a run with a limit, and its books are right', async () => {
  const workspace = await newWorkspace();
  await workspace.write(
    'bad.jsonl',
    Array.from({ length: 200 }, (_, n) => `bad ${n} ${'x'.repeat(1000)}\n`).join(''),
  );
  const args = ['push', '--to', 'out', 'bad.jsonl', '--quarantine-size', '100KiB'];
  const stopped = await runForReport(workspace, [...args, '--limit-bad', '1000']);
  expect(stopped.report).toMatchObject({ exitCode: 6, error: { code: 'quarantine-full' }, balanced: true });
  expect(stopped.report.balance.quarantined + stopped.report.balance.undelivered).toBe(200);
  expect(stopped.report.balance.quarantined).toBeGreaterThan(50);
});
