import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { run } from '../../../src/cli/run.ts';
import { push } from '../../../src/commands/push/index.ts';
import type { PushRequest } from '../../../src/commands/push/index.ts';
import { AuditExportError } from '../../../src/errors.ts';
import { capturedTerminal } from '../../fakes/captured-terminal.ts';
import { scratchFolder } from '../../fakes/scratch-folder.ts';

/** The command itself is not run: here it matters what it is asked to do. */
vi.mock('../../../src/commands/push/index.ts', () => ({ push: vi.fn<typeof push>() }));

afterEach(() => {
  vi.mocked(push).mockReset();
});

interface Asked {
  exitCode: number;
  stderr: string;
  request: PushRequest | undefined;
}

async function askedOf(
  argv: readonly string[],
  environment: Record<string, string> = {},
  workingFolder = '/',
): Promise<Asked> {
  vi.mocked(push).mockRejectedValue(new AuditExportError('unexpected', 'asked'));
  const { context, stderr } = capturedTerminal('', { environment, workingFolder });
  const exitCode = await run(argv, context);
  return { exitCode, stderr: stderr(), request: vi.mocked(push).mock.calls[0]?.[0] };
}

describe('a flag becomes the option that it names', () => {
  test.each<[string[], object]>([
    [
      [],
      {
        to: undefined,
        partition: 'day',
        objectSize: 64 * 1024 ** 2,
        compression: 'gzip',
        level: 3,
        maxLine: 16 * 1024 ** 2,
        strict: false,
        dryRun: false,
        limitBad: undefined,
        types: undefined,
        json: false,
        quiet: false,
        verbose: false,
        noColor: false,
        noInput: false,
        yes: false,
      },
    ],
    [['--to', './export'], { to: './export' }],
    [['--to=s3://b/p'], { to: 's3://b/p' }],
    [['--to', 'a', '--to', 'b'], { to: 'b' }],
    [['--types', 'query,alert'], { types: ['query', 'alert'] }],
    [['--types', 'query', '--types', 'alert'], { types: ['query', 'alert'] }],
    [['--schema', 'a.json', '--schema', 'b.json'], { schemas: ['a.json', 'b.json'] }],
    [['--partition', 'hour'], { partition: 'hour' }],
    [['--layout', '{date}'], { layout: '{date}' }],
    [['--object-size', '1MiB'], { objectSize: 1024 ** 2 }],
    [['--compression', 'none'], { compression: 'none' }],
    [['--compression', 'zstd'], { compression: 'zstd' }],
    [['--level', '9'], { level: 9 }],
    [['--max-line', '1K'], { maxLine: 1024 }],
    [['--quarantine', '/q'], { quarantine: '/q' }],
    [['--strict'], { strict: true }],
    [['--limit-bad', '5'], { limitBad: 5 }],
    [['--dry-run'], { dryRun: true }],
    [['--bucket-owner', '123456789012'], { bucketOwner: '123456789012' }],
    [['--kms-key-id', 'k'], { kmsKeyId: 'k' }],
    [['--storage-class', 'STANDARD_IA'], { storageClass: 'STANDARD_IA' }],
    [['--tag', 'a=1', '--tag', 'b=2'], { tags: { a: '1', b: '2' } }],
    [['--path-style'], { pathStyle: true }],
    [
      ['--json', '--quiet', '--verbose', '--no-color', '--no-input', '--yes'],
      { json: true, quiet: true, verbose: true, noColor: true, noInput: true, yes: true },
    ],
    [
      ['--region', 'eu-west-1', '--endpoint-url', 'http://localhost:1'],
      { region: 'eu-west-1', endpointUrl: 'http://localhost:1' },
    ],
  ])('%j', async (argv, options) => {
    const { request } = await askedOf(['push', ...argv]);
    expect(request?.options).toMatchObject(options);
    expect(request?.inputs).toEqual([]);
  });

  test('inputs and flags may stand in any order, flags of all commands before the command too', async () => {
    const { request } = await askedOf(['--json', 'push', 'a', '--to', 'x', 'b', '-', '--quiet']);
    expect(request?.inputs).toEqual(['a', 'b', '-']);
    expect(request?.options).toMatchObject({ json: true, quiet: true, to: 'x' });
  });

  test('behind two dashes everything is an input', async () => {
    const { request } = await askedOf(['push', '--to', 'x', '--', '--strict']);
    expect(request?.inputs).toEqual(['--strict']);
    expect(request?.options.strict).toBe(false);
  });
});

describe('a variable of the environment answers where no flag does', () => {
  test.each<[string, string, object]>([
    ['AUDIT_EXPORT_TO', './export', { to: './export' }],
    ['AUDIT_EXPORT_TYPES', 'query, alert', { types: ['query', 'alert'] }],
    ['AUDIT_EXPORT_OBJECT_SIZE', '1K', { objectSize: 1024 }],
    ['AUDIT_EXPORT_STRICT', '1', { strict: true }],
    ['AUDIT_EXPORT_STRICT', 'no', { strict: false }],
    ['AUDIT_EXPORT_DRY_RUN', 'true', { dryRun: true }],
    ['AUDIT_EXPORT_TAG', 'a=1', { tags: { a: '1' } }],
    ['AUDIT_EXPORT_NO_COLOR', '1', { noColor: true }],
    ['AUDIT_EXPORT_JSON', '1', { json: true }],
  ])('%s=%s', async (name, value, options) => {
    expect((await askedOf(['push'], { [name]: value })).request?.options).toMatchObject(options);
  });

  test('the flag wins over it', async () => {
    const { request } = await askedOf(['push', '--level', '2'], { AUDIT_EXPORT_LEVEL: '3' });
    expect(request?.options.level).toBe(2);
  });
});

describe('a profile answers where neither does', () => {
  const withConfig = (): string => {
    const folder = scratchFolder();
    const profiles = {
      acme: { to: 's3://acme/x', partition: 'hour', level: 9, types: ['alert'], tags: { a: '1' } },
      other: { to: './other' },
    };
    writeFileSync(join(folder, 'audit-export.json'), JSON.stringify({ defaultProfile: 'acme', profiles }));
    return folder;
  };

  test('the default one, whose name and values the command gets', async () => {
    const { request } = await askedOf(['push', '--level', '1'], {}, withConfig());
    expect(request?.options).toMatchObject({
      to: 's3://acme/x',
      partition: 'hour',
      level: 1,
      types: ['alert'],
      tags: { a: '1' },
      compression: 'gzip',
    });
    expect(request?.profile?.name).toBe('acme');
  });

  test.each<[string[], Record<string, string>]>([
    [['--profile', 'other'], {}],
    [[], { AUDIT_EXPORT_PROFILE: 'other' }],
  ])('the one that is named by %j %j', async (argv, environment) => {
    expect((await askedOf(['push', ...argv], environment, withConfig())).request?.options.to).toBe('./other');
  });

  test('one that does not exist is exit 3, and nothing is run', async () => {
    const { exitCode, stderr, request } = await askedOf(['push', '--profile', 'acne'], {}, withConfig());
    expect([exitCode, request]).toEqual([3, undefined]);
    expect(stderr).toContain('Did you mean --profile acme?');
  });

  test('a configuration that is named but missing is exit 3', async () => {
    expect((await askedOf(['push', '--config', '/nowhere.json'])).exitCode).toBe(3);
  });
});

describe('what can not be used is exit 2, names the flag and the rule, and nothing is run', () => {
  test.each<[string[], string]>([
    [['--colour'], "unknown option '--colour'"],
    [['--tpyes', 'query'], 'Did you mean --types?'],
    [['--to'], 'argument missing'],
    [['--object-size', 'big'], '--object-size: "big" can\'t be used: a size is a number'],
    [['--object-size', '0'], '--object-size: "0" can\'t be used: it must be at least one byte'],
    [['--level', '10'], '--level: "10" is none of 1, 2'],
    [['--level', 'best'], '--level: "best" can\'t be used: it must be a whole number'],
    [['--partition', 'week'], '--partition: "week" is none of day, hour'],
    [['--compression', 'brotli'], '--compression: "brotli" is none of gzip, zstd, none'],
    [['--limit-bad', '-1'], '--limit-bad: "-1"'],
    [['--tag', 'team'], '--tag: "team" can\'t be used: it must be KEY=VALUE'],
    [['--strict=maybe'], '--strict'],
  ])('%j', async (argv, text) => {
    const { exitCode, stderr, request } = await askedOf(['push', ...argv]);
    expect(stderr).toContain(text);
    expect([exitCode, request]).toEqual([2, undefined]);
  });

  test.each([
    ['AUDIT_EXPORT_STRICT', 'maybe'],
    ['AUDIT_EXPORT_OBJECT_SIZE', 'big'],
    ['AUDIT_EXPORT_PARTITION', 'week'],
  ])('%s=%s names the variable', async (name, value) => {
    const { exitCode, stderr } = await askedOf(['push'], { [name]: value });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${name}: "${value}"`);
  });
});
