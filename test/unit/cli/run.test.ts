import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../../../src/cli/run.ts';
import { pushSettings } from '../../../src/commands/push/plan/settings.ts';
import type { Setting } from '../../../src/core/config/setting.ts';
import type { CliContext } from '../../../src/cli/terminal/terminal-context.ts';
import { capturedTerminal } from '../../fakes/captured-terminal.ts';
import { scratchFolder } from '../../fakes/scratch-folder.ts';

const event = JSON.stringify({
  eventID: 'custom-audit-1',
  eventTime: 1767225600000,
  clientID: 'c',
  eventDetails: '{}',
});

async function call(argv: readonly string[], input = '', more: Partial<CliContext> = {}) {
  const { context, stdout, stderr } = capturedTerminal(input, more);
  const exitCode = await run(argv, context);
  return { exitCode, stdout: stdout(), stderr: stderr() };
}

interface Json {
  outcome?: string;
  balance?: Record<string, number>;
  error?: { code: string; message: string; cure: string | null; details: object } | null;
}
const json = (text: string): Json => JSON.parse(text) as Json;

describe('help is a manual', () => {
  test('of push: each flag, what its value is called, its default, examples and exit codes', async () => {
    const { exitCode, stdout, stderr } = await call(['push', '--help']);
    expect([exitCode, stderr]).toEqual([0, '']);
    const text = stdout.replaceAll(/\s+/g, ' ');
    const settings: Setting[] = Object.values(pushSettings);
    for (const { flag, value } of settings)
      expect(text).toContain(`--${flag} ${value === undefined ? '' : `<${value}>`}`);
    for (const setting of settings.filter(({ kind }) => kind !== 'switch'))
      expect(text).toContain(setting.default === undefined ? setting.help : `; default ${setting.default}`);
    for (const text of [
      'audit-export push --to ./export < events.jsonl',
      'Exit codes',
      's3:PutObject',
      'day, hour',
      'gzip, zstd, none',
    ])
      expect(stdout).toContain(text);
  });

  test('of the whole: each command, each exit code, and the environment', async () => {
    const { exitCode, stdout } = await call(['--help']);
    expect(exitCode).toBe(0);
    for (const text of [
      'push',
      'quarantine',
      'types',
      'AUDIT_EXPORT_OBJECT_SIZE',
      '  130  interrupted',
      '    0  done',
      '    7  verification',
    ])
      expect(stdout).toContain(text);
  });

  test.each([[['help', 'push']], [['push', '-h']]])('comes by %j too', async (argv) => {
    const [asked, long] = await Promise.all([call(argv), call(['push', '--help'])]);
    expect(asked).toEqual(long);
  });

  test('the version is printed to stdout', async () => {
    expect(await call(['--version'])).toEqual({ exitCode: 0, stdout: '9.8.7\n', stderr: '' });
  });
});

describe('a command line that makes no sense is exit 2, and says so on stderr only', () => {
  test.each<[string[], string]>([
    [['psuh'], 'Did you mean push?'],
    [['push', '--colour'], "unknown option '--colour'"],
    [['quarantine'], 'list'],
    [['quarantine', 'burn'], 'burn'],
    [['types', 'show'], 'missing required argument'],
  ])('%j', async (argv, text) => {
    const { exitCode, stdout, stderr } = await call(argv);
    expect(stderr).toContain(text);
    expect([exitCode, stdout]).toEqual([2, '']);
  });
});

test.each([
  [['psuh'], "unknown command 'psuh'. Did you mean push?", 'audit-export --help'],
  [['push', '--tto', 'x'], "unknown option '--tto'. Did you mean --to?", 'audit-export push --help'],
  [['consumers', 'athena', '--to', 'x'], "unknown option '--to'.", 'audit-export consumers athena --help'],
] as const)('%j is told as every error is, with the help that leads on', async (argv, message, cure) => {
  const { exitCode, stderr } = await call(argv);
  expect([exitCode, stderr]).toEqual([2, `audit-export: ${message}\n  → ${cure}\n`]);
});

describe('an answer that is missing, with no terminal to ask on', () => {
  test('--to: exit 2, and the flag is named', async () => {
    const { exitCode, stdout, stderr } = await call(['push'], event);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^audit-export: It is not said where to deliver\.\n {2}→ Add --to /);
  });

  test('the same as JSON, where that is asked for', async () => {
    const { exitCode, stdout } = await call(['push', '--json'], event);
    expect(exitCode).toBe(2);
    expect(json(stdout)).toEqual({
      error: {
        code: 'missing-answer',
        message: 'It is not said where to deliver.',
        cure: expect.stringContaining('--to') as string,
        details: { missing: '--to' },
      },
    });
  });

  test('as JSON where the environment asks for it', async () => {
    const { stdout } = await call(['push'], event, { environment: { AUDIT_EXPORT_JSON: '1' } });
    expect(json(stdout).error?.code).toBe('missing-answer');
  });

  test('a flag that does not exist is JSON too, where that is asked for', async () => {
    const { exitCode, stdout } = await call(['push', '--json', '--colour'], event);
    expect(exitCode).toBe(2);
    expect(json(stdout).error?.code).toBe('usage');
  });

  test('the input, where stdin is a terminal', async () => {
    const { context, stderr } = capturedTerminal('');
    const exitCode = await run(['push', '--to', '/nowhere/x'], {
      ...context,
      stdin: Object.assign(context.stdin, { isTTY: true }),
    });
    expect(exitCode).toBe(2);
    expect(stderr()).toContain('stdin is a terminal');
  });
});

describe('values that contradict each other or the rules of the store are exit 2 before anything is read', () => {
  test.each<[string[], string]>([
    [['--to', 'gs://x/y'], 'only s3://'],
    [['--to', 's3://bucket/../x'], '".."'],
    [['--to', 'x', '--layout', '../{date}'], '".."'],
    [['--to', 'x', '--layout', '{type}'], 'no time in it'],
    [['--to', 'x', '--partition', 'hour', '--layout', '{date}'], 'contradict'],
    [['--to', 'x', '--types', 'qeury,alert'], 'no audit type "qeury"'],
    [['--to', 'x', '--types', 'quer'], 'Did you mean query?'],
    [['--to', 'x', '--object-size', '2GiB'], 'Use 1GiB or less'],
    [['--to', 's3://bucket/x', '--bucket-owner', '123'], '12 digits'],
  ])('%j', async (argv, text) => {
    const { exitCode, stdout, stderr } = await call(['push', ...argv], event);
    expect(stderr).toContain(text);
    expect([exitCode, stdout]).toEqual([2, '']);
  });

  test.each([
    ['a schema that does not exist', ['--schema', '/nowhere.json'], 3],
    ['an input that does not exist', ['/nowhere.jsonl'], 3],
  ])('%s is exit %3$d', async (_, argv, code) => {
    expect((await call(['push', '--to', 'x', ...argv])).exitCode).toBe(code);
  });
});

describe('push into a folder', () => {
  const pushTo = (folder: string, argv: string[], input: string, more: Partial<CliContext> = {}) =>
    call(
      ['push', '--to', join(folder, 'export'), '--quarantine', join(folder, 'quarantine'), ...argv],
      input,
      more,
    );

  test('delivers stdin, and prints the balance to stdout', async () => {
    const folder = scratchFolder();
    const { exitCode, stdout, stderr } = await pushTo(folder, [], `${event}\n\n`);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain('2 lines from stdin: 1 delivered, 1 blank;');
    expect(readdirSync(join(folder, 'export/audit_type=custom/event_date=2026-01-01'))).toHaveLength(1);
  });

  test('with bad lines is exit 5, and says where they are', async () => {
    const folder = scratchFolder();
    const { exitCode, stdout } = await pushTo(folder, [], `${event}\noops\n`);
    expect(exitCode).toBe(5);
    expect(stdout).toContain(join(folder, 'quarantine'));
    const list = await call(['quarantine', 'list', '--quarantine', join(folder, 'quarantine')]);
    expect(list.stdout).toContain('not-json: not JSON, 1 line');
  });

  test('--json prints the report and nothing else', async () => {
    const { exitCode, stdout, stderr } = await pushTo(scratchFolder(), ['--json'], event);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(json(stdout)).toMatchObject({
      outcome: 'delivered',
      balance: { read: 1, delivered: 1 },
      error: null,
    });
  });

  test('--quiet prints nothing when all is well, and the report when it is not', async () => {
    expect(await pushTo(scratchFolder(), ['--quiet'], event)).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
    expect((await pushTo(scratchFolder(), ['--quiet'], 'oops')).stdout).toContain('quarantined');
  });

  test('--strict stops at the first bad line with exit 5, which is on stderr with its place', async () => {
    const { exitCode, stderr } = await pushTo(scratchFolder(), ['--strict'], `${event}\noops\n${event}\n`);
    expect(exitCode).toBe(5);
    expect(stderr).toContain('stdin, line 2: not-json');
  });

  test('--dry-run writes nothing, and shows what would be', async () => {
    const folder = scratchFolder();
    const { exitCode, stdout } = await pushTo(folder, ['--dry-run'], `${event}\noops\n`);
    expect(exitCode).toBe(5);
    expect(stdout).toContain('audit_type=custom/event_date=2026-01-01/20260101T000000000Z-');
    expect(stdout).toContain('Dry run: nothing was written');
    expect(readdirSync(folder)).toEqual([]);
  });

  test("takes a type of the user's own", async () => {
    const folder = scratchFolder();
    const schema = {
      'x-audit-export': {
        type: 'door',
        recognise: { required: ['door'] },
        eventTime: [{ at: '/at', forms: ['epoch-s'] }],
      },
    };
    writeFileSync(join(folder, 'door.json'), JSON.stringify(schema));
    const { exitCode } = await pushTo(
      folder,
      ['--schema', join(folder, 'door.json'), '--types', 'door'],
      '{"door":1,"at":1767225600}',
    );
    expect(exitCode).toBe(0);
    expect(existsSync(join(folder, 'export/audit_type=door/event_date=2026-01-01'))).toBe(true);
  });

  test('that fails says so on stderr with the cure, is exit 6, and still prints the balance', async () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, 'export'));
    writeFileSync(join(folder, 'export', 'audit_type=custom'), '');
    const { exitCode, stdout, stderr } = await pushTo(folder, ['--json'], event);
    expect(exitCode).toBe(6);
    expect(stderr).toMatch(/^audit-export: audit_type=custom.* could not be written below .*\n {2}→ .+\n$/);
    expect(json(stdout)).toMatchObject({
      outcome: 'failed',
      error: { code: 'store-failed' },
      balance: { read: 1, undelivered: 1 },
    });
  });

  test('that was told to stop is exit 130', async () => {
    const { exitCode, stdout } = await pushTo(scratchFolder(), ['--json'], event, {
      signal: AbortSignal.abort(),
    });
    expect([exitCode, json(stdout).outcome]).toEqual([130, 'interrupted']);
  });

  test('uses no colour for what is no terminal, and some for what is one', async () => {
    const escape = String.fromCharCode(27);
    expect((await pushTo(scratchFolder(), [], event)).stdout).not.toContain(escape);
    const shown = async (argv: string[], environment = {}): Promise<string> => {
      const { context, stdout } = capturedTerminal(event, { environment });
      const folder = scratchFolder();
      await run(['push', '--to', join(folder, 'e'), '--quarantine', folder, ...argv], {
        ...context,
        stdout: Object.assign(context.stdout, { isTTY: true }),
      });
      return stdout();
    };
    expect(await shown([])).toContain(escape);
    expect(await shown(['--no-color'])).not.toContain(escape);
    expect(await shown([], { NO_COLOR: '1' })).not.toContain(escape);
    expect(await shown([], { TERM: 'dumb' })).not.toContain(escape);
  });
});

describe('types', () => {
  test('list shows all of them in the order in which they are tried', async () => {
    const { exitCode, stdout } = await call(['types', 'list']);
    expect(exitCode).toBe(0);
    expect(
      stdout
        .split('\n')
        .slice(1, 7)
        .map((row) => row.split(' ')[0]),
    ).toEqual(['query', 'custom', 'alert', 'system', 'tokenization', 'native-query']);
  });

  test('show prints a schema that can be the start of one of your own', async () => {
    const { stdout } = await call(['types', 'show', 'custom']);
    expect(JSON.parse(stdout)).toMatchObject({ 'x-audit-export': { type: 'custom' } });
  });

  test('show of a type that does not exist is exit 2', async () => {
    expect(await call(['types', 'show', 'qury'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('Did you mean query?') as string,
    });
  });

  test('check is exit 3 for a schema that can not be used, and says why', async () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, 'x.json'), '{}');
    expect(await call(['types', 'check', join(folder, 'x.json')])).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('"x-audit-export" is missing') as string,
    });
  });
});
