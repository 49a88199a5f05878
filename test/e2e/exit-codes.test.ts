import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { eventsOf, exampleOptions, generateInput } from './generated-input.ts';
import { differencesFrom, readExport } from './read-export.ts';
import type { CliOptions } from './run-cli.ts';
import { runCli, runForReport } from './run-cli.ts';
import { folderStore } from './stores.ts';
import type { Workspace } from './workspace.ts';
import { useWorkspaces } from './workspace.ts';

const good = generateInput({ seed: 71, lines: 200, hours: 30 });
const example = generateInput(exampleOptions);

const newWorkspace = useWorkspaces();

const push = ['push', '--to', 'export'];

interface Case {
  readonly name: string;
  readonly args: readonly string[];
  readonly code: number;
  /** What stderr has to name. */
  readonly says?: readonly string[];
  readonly prepare?: (workspace: Workspace) => Promise<unknown>;
  readonly options?: CliOptions;
}

const laid =
  (name: string, content: string | Buffer) =>
  async (workspace: Workspace): Promise<unknown> =>
    await workspace.write(name, content);

const cases: readonly Case[] = [
  { name: 'all is delivered', args: push, code: 0, options: { stdin: good.bytes } },
  { name: 'help', args: ['--help'], code: 0 },
  { name: 'version', args: ['--version'], code: 0 },
  { name: 'no command', args: [], code: 0 },
  { name: 'a group without its command', args: ['quarantine'], code: 2, says: ['list', 'replay'] },
  { name: 'a form of the result that is none', args: ['-o', 'yaml'], code: 2, says: ['yaml', 'text, json'] },
  { name: 'an unknown command', args: ['pusch'], code: 2, says: ['pusch', 'push'] },
  {
    name: 'an unknown flag',
    args: [...push, '--typs', 'query'],
    code: 2,
    says: ['--typs', 'Did you mean', '--types'],
  },
  { name: 'a flag without its value', args: ['push', '--to'], code: 2, says: ['--to'] },
  { name: 'no store', args: ['push'], code: 2, says: ['--to'] },
  {
    name: 'an unknown type',
    args: [...push, '--types', 'qeury'],
    code: 2,
    says: ['qeury', 'Did you mean query'],
  },
  {
    name: 'a size that is none',
    args: [...push, '--object-size', 'big'],
    code: 2,
    says: ['--object-size', 'big'],
  },
  { name: 'a level that is none', args: [...push, '--level', '10'], code: 2, says: ['--level', '10'] },
  {
    name: 'a number that is none',
    args: [...push, '--limit-bad', 'few'],
    code: 2,
    says: ['--limit-bad', 'few'],
  },
  {
    name: 'a partition that is none',
    args: [...push, '--partition', 'week'],
    code: 2,
    says: ['--partition', 'week', 'day', 'hour'],
  },
  {
    name: 'a compression that is none',
    args: [...push, '--compression', 'brotli'],
    code: 2,
    says: ['--compression', 'gzip'],
  },
  {
    name: 'a layout that leads outside',
    args: [...push, '--layout', '../{date}'],
    code: 2,
    says: ['../{date}'],
  },
  {
    name: 'a layout without a time',
    args: [...push, '--layout', '{type}'],
    code: 2,
    says: ['{type}', 'time'],
  },
  { name: 'a layout that mixes days', args: [...push, '--layout', '{type}/{dd}'], code: 2, says: ['{dd}'] },
  {
    name: 'a layout with an unknown word',
    args: [...push, '--layout', '{typ}/{date}'],
    code: 2,
    says: ['{typ}'],
  },
  {
    name: 'a layout of the names of the tool itself',
    args: [...push, '--layout', '_x/{date}'],
    code: 2,
    says: ['_x'],
  },
  {
    name: 'a store of an unknown scheme',
    args: ['push', '--to', 'gs://bucket/x'],
    code: 2,
    says: ['gs://bucket/x', 's3://'],
  },
  {
    name: 'a store that may be a bucket without its s3://',
    args: ['push', '--to', 'acme-audit/altr'],
    code: 2,
    says: ['--to s3://acme-audit/altr', '--to ./acme-audit/altr'],
  },
  { name: 'a folder that is said to be one', args: ['push', '--to', 'file:acme-audit/altr'], code: 0 },
  {
    name: 'a store in a folder that is there',
    args: ['push', '--to', 'acme-audit/altr'],
    code: 0,
    prepare: laid('acme-audit/readme', 'here'),
  },
  {
    name: 'a folder with a set-up that was begun, and a store that is elsewhere',
    args: push,
    code: 0,
    prepare: laid(
      'audit-export.json',
      JSON.stringify({ defaultProfile: 'a', profiles: { a: { state: 'draft', types: ['query'] } } }),
    ),
    options: { stdin: good.bytes },
  },
  {
    name: 'a set-up that was begun here, and a store that a variable names',
    args: ['push'],
    code: 0,
    prepare: laid(
      'audit-export.json',
      JSON.stringify({ defaultProfile: 'a', profiles: { a: { state: 'draft', types: ['query'] } } }),
    ),
    options: { stdin: good.bytes, environment: { AUDIT_EXPORT_TO: 'out' } },
  },
  { name: 'a bucket name that can not be', args: ['push', '--to', 's3://a/b'], code: 2, says: ['s3://a/b'] },
  {
    name: 'an account that is none',
    args: ['push', '--to', 's3://bucket/x', '--bucket-owner', '12'],
    code: 2,
    says: ['--bucket-owner', '12 digits'],
  },
  { name: 'a missing file', args: [...push, 'absent.jsonl'], code: 3, says: ['absent.jsonl'] },
  {
    name: 'a glob that nothing matches',
    args: [...push, 'absent/*.jsonl'],
    code: 3,
    says: ['absent/*.jsonl'],
  },
  {
    name: 'a missing configuration',
    args: [...push, '--config', 'absent.json'],
    code: 3,
    says: ['absent.json', '--config'],
  },
  {
    name: 'a configuration that is no JSON',
    args: push,
    code: 3,
    says: ['audit-export.json', 'not JSON'],
    prepare: laid('audit-export.json', '{"profiles": '),
  },
  {
    name: 'a configuration with a member that does not exist',
    args: push,
    code: 3,
    says: ['audit-export.json', 'objectsize', 'did you mean "objectSize"'],
    prepare: laid('audit-export.json', JSON.stringify({ profiles: { a: { to: 'x', objectsize: '1MiB' } } })),
  },
  {
    name: 'a configuration with a value that can not be',
    args: push,
    code: 3,
    says: ['/profiles/a/partition', 'week', 'day, hour'],
    prepare: laid('audit-export.json', JSON.stringify({ profiles: { a: { to: 'x', partition: 'week' } } })),
  },
  {
    name: 'a profile that does not exist',
    args: ['push', '--profile', 'acne'],
    code: 3,
    says: ['acne', 'Did you mean --profile acme'],
    prepare: laid('audit-export.json', JSON.stringify({ profiles: { acme: { to: 'x' } } })),
  },
  {
    name: 'a missing schema',
    args: [...push, '--schema', 'absent.json'],
    code: 3,
    says: ['absent.json', 'Check the path'],
  },
  {
    name: 'a schema that is no JSON',
    args: [...push, '--schema', 'door.json'],
    code: 3,
    says: ['door.json', 'not JSON'],
    prepare: laid('door.json', '{'),
  },
  {
    name: 'a schema that says nothing of its type',
    args: [...push, '--schema', 'door.json'],
    code: 3,
    says: ['door.json', 'x-audit-export'],
    prepare: laid('door.json', '{"type":"object"}'),
  },
  { name: 'lines in quarantine', args: push, code: 5, options: { stdin: example.bytes } },
  {
    name: 'a part of the store that can not be written',
    args: push,
    code: 6,
    says: ['export', '--to'],
    prepare: async (workspace) => {
      for (const type of ['query', 'system', 'custom', 'alert', 'tokenization', 'native-query'])
        await laid(`export/audit_type=${type}`, 'a file where a folder should be')(workspace);
    },
    options: { stdin: good.bytes },
  },
  {
    name: 'a store that is a file',
    args: push,
    code: 2,
    says: ['export', '--to'],
    prepare: laid('export', 'a file where the folder should be'),
    options: { stdin: good.bytes },
  },
];

test.each(cases)('exit $code, $name', async ({ args, code, says = [], prepare, options = {} }) => {
  const workspace = await newWorkspace();
  await prepare?.(workspace);
  const run = await runCli(workspace, args, { timeoutMs: 15_000, ...options });
  expect(run.code, `${run.stderr}${run.stdout}`).toBe(code);
  for (const word of says) expect(run.stderr).toContain(word);
  expect(run.stderr, 'a stack trace is for bugs only').not.toMatch(/\n\s+at /);
  // oxlint-disable-next-line no-control-regex -- escape codes are what is being looked for
  expect(run.stdout + run.stderr, 'no escape codes without a terminal').not.toMatch(/\u001b/);
});

test('--json says what went wrong with a code, in JSON alone on stdout', async () => {
  const workspace = await newWorkspace();
  const run = await runCli(workspace, ['push', '--json', '--to', 'export', 'absent.jsonl']);
  expect(JSON.parse(run.stdout)).toMatchObject({ error: { code: 'source-unreadable' } });
  expect(run.stderr).toContain('absent.jsonl');
});

test('exit 6: a truncated gzip file is named, and what was durable before stays counted', async () => {
  const workspace = await newWorkspace();
  const store = folderStore(workspace.path('export'));
  const other = generateInput({ seed: 72, lines: 200, hours: 30 });
  await workspace.write('1.jsonl', good.bytes);
  const packed = gzipSync(other.bytes);
  await workspace.write('2.jsonl.gz', packed.subarray(0, packed.length - 1000));
  await workspace.write('audit-export.json', JSON.stringify({ profiles: { p: { to: 'export' } } }));
  const args = [...push, '--profile', 'p', '--object-size', '8KiB'];
  const { code, stderr, report } = await runForReport(workspace, [...args, '1.jsonl', '2.jsonl.gz']);
  expect(code).toBe(6);
  expect(stderr).toContain('2.jsonl.gz');
  expect(report).toMatchObject({
    outcome: 'delivered-in-part',
    balanced: true,
    error: { code: 'source-broken' },
    balance: { undelivered: 0, delivered: report.balance.read },
  });
  expect(report.balance.delivered).toBeGreaterThan(eventsOf(good).length);
  const { objects, faults } = await readExport(store);
  expect(faults).toEqual([]);
  expect(report.objects.map(({ key, lines }) => [key, lines])).toEqual(
    objects.map(({ key, lines }) => [key, lines.length]),
  );

  await workspace.write('2.jsonl.gz', packed);
  const again = await runForReport(workspace, [...args, '1.jsonl', '2.jsonl.gz']);
  expect(again.code).toBe(0);
  expect(again.report.balance.alreadyDelivered).toBe(report.balance.delivered);
  const both = [...eventsOf(good), ...eventsOf(other)];
  expect(differencesFrom(both, await readExport(store))).toEqual([]);
});

test('exit 6: a gzip file that is empty is named', async () => {
  const workspace = await newWorkspace();
  await workspace.write('events.jsonl.gz', '');
  const { code, stderr } = await runCli(workspace, [...push, 'events.jsonl.gz']);
  expect(code).toBe(6);
  expect(stderr).toContain('events.jsonl.gz');
});
