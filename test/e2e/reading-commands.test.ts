import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { schemaErrors } from '../fakes/json-schema.ts';
import { runCli } from './run-cli.ts';
import { filesBelow, useWorkspaces } from './workspace.ts';

const newWorkspace = useWorkspaces();

test.each([
  ['find', ['find', '--from', 'nowhere', '--actor', 'ada']],
  ['query', ['query', '--from', 'nowhere', 'SELECT 1']],
  ['compact', ['compact', '--from', 'nowhere', '--to', 'curated']],
  ['consumers check', ['consumers', 'check', '--from', 'nowhere']],
])('%s of a folder that is not there is no answer', async (_, args) => {
  const run = await runCli(await newWorkspace(), args);
  expect(run).toMatchObject({ code: 3, stdout: '' });
  expect(run.stderr).toContain('There is no folder nowhere.');
});

test.each([
  ['export', './export/'],
  ['export', 'export/curated'],
  ['s3://acme-audit/altr', 's3://acme-audit/altr'],
  ['s3://acme-audit/altr', 's3://acme-audit/altr/curated'],
  ['s3://acme-audit', 's3://acme-audit/curated'],
])('compact from %s does not write to %s, among the events', async (from, to) => {
  const workspace = await newWorkspace();
  await workspace.write('export/audit_type=query/x', '');
  const run = await runCli(workspace, ['compact', '--from', from, '--to', to]);
  expect(run).toMatchObject({ code: 2 });
  expect(run.stderr).toContain('would lie among the events');
  expect(await filesBelow(workspace.path('export'))).toEqual(['audit_type=query/x']);
});

test('query without DuckDB ends with 3 and the line that installs it; find needs nothing', async () => {
  const workspace = await newWorkspace();
  await workspace.write('export/audit_type=query/x', '');
  const without = { nodeFlags: ['--import', new URL('./no-duckdb.mjs', import.meta.url).href] };
  const run = await runCli(workspace, ['query', '--from', 'export', 'SELECT 1'], without);
  expect(run).toMatchObject({ code: 3, stdout: '' });
  const { version } = JSON.parse(
    await readFile(new URL('../../node_modules/@duckdb/node-api/package.json', import.meta.url), 'utf8'),
  ) as { version: string };
  expect(run.stderr).toContain(`npm install @duckdb/node-api@${version}`);
  const found = await runCli(workspace, ['find', '--from', 'export', '--text', 'x'], without);
  expect(found).toMatchObject({ code: 0, stdout: '' });
});

test('compact --ocsf writes where Security Lake looks, and says so as its schema has it', async () => {
  const workspace = await newWorkspace();
  const events = await readFile(new URL('../../examples/events.jsonl', import.meta.url));
  await runCli(workspace, ['push', '--to', 'export', '--quiet'], { stdin: events });
  const args = [
    'compact',
    '--from',
    'export',
    '--to',
    'lake',
    '--ocsf',
    '--ocsf-account',
    '111122223333',
    '--json',
  ];
  expect(await runCli(workspace, args)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--region'),
  });
  expect(await runCli(workspace, [...args, '--region', 'eu-west-1', '--with-raw'])).toMatchObject({
    code: 2,
  });
  const run = await runCli(workspace, [...args, '--region', 'eu-west-1', '--claims', 'claims']);
  expect(run).toMatchObject({ code: 0 });
  expect(schemaErrors('compact-report', JSON.parse(run.stdout))).toEqual([]);
  const files = await filesBelow(workspace.path('lake'));
  expect(files.length).toBeGreaterThan(2);
  for (const file of files)
    expect(file).toMatch(
      /^ext\/audit-export-\d{4}\/region=eu-west-1\/accountId=111122223333\/eventDay=\d{8}\/\d{8}T\d{9}Z-[0-9a-f]{32}\.parquet$/,
    );
  expect((await filesBelow(workspace.path('claims'))).length).toBeGreaterThan(files.length);
});

test.each([[], ['--with-raw'], ['--ocsf'], ['--claims', 'c']])(
  'compact --engine athena refuses what Athena can not do: folders, and %s',
  async (...flags) => {
    const workspace = await newWorkspace();
    await workspace.write('export/audit_type=query/x', '');
    const args = ['compact', '--from', 'export', '--to', 'curated', '--engine', 'athena', ...flags];
    expect(await runCli(workspace, args)).toMatchObject({ code: 2, stdout: '' });
  },
);

test('half of a character in one event, as a text that was cut has it, keeps no other from being read', async () => {
  const workspace = await newWorkspace();
  const query = String.raw`"SELECT 'C:\\\\ud800' 😀 \ud83d\ude00 \ud83d"`;
  const event = (id: number, text: string): string =>
    `{"id":"${id}","dt":"2026-09-01T10:00:0${id}Z","clientId":"c","user":{"trackingId":"ADA"},"fields":[],"threshold":{"actionTaken":"Block","name":${text}},"schema_version":"v1.1.0"}\n`;
  const stdin = Buffer.from(event(1, query) + event(2, '"whole"') + event(3, String.raw`"\udc00"`));
  expect(await runCli(workspace, ['push', '--to', 'export', '--quiet'], { stdin })).toMatchObject({
    code: 0,
  });
  expect((await runCli(workspace, ['find', '--from', 'export'])).stdout).toBe(stdin.toString());
  await runCli(workspace, ['compact', '--from', 'export', '--to', 'curated', '--quiet']);
  const all = 'SELECT event_id, details FROM events ORDER BY event_id';
  const answers = [];
  for (const where of [
    ['--from', 'export'],
    ['--curated', 'curated'],
  ]) {
    const run = await runCli(workspace, ['query', ...where, '--json', all]);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    answers.push(run.stdout);
    expect(run.stdout.trim().split('\n')).toHaveLength(3);
    expect(run.stdout).toContain('😀 😀');
    expect(run.stdout).toContain('ud800');
  }
  expect(answers[1]).toBe(answers[0]);
});

test('half an object is no answer of query, also where only lines are counted', async () => {
  const workspace = await newWorkspace();
  await workspace.write(
    'export/audit_type=alert/event_date=2026-09-01/20260901T100000000Z-00000000000000000000000000000000.jsonl',
    '{"id":"1","dt":"2026-09-01T10:00:00Z"}\n{"id":"2","dt":"2026',
  );
  const run = await runCli(workspace, ['query', '--from', 'export', 'SELECT count(*) FROM events']);
  expect(run).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('00000000.jsonl holds') });
});

test('map ocsf counts what it leaves out, one line as one', async () => {
  const run = await runCli(await newWorkspace(), ['map', 'ocsf'], { stdin: Buffer.from('{"x":1}\n') });
  expect(run).toMatchObject({ code: 6, stdout: '' });
  expect(run.stderr).toContain('1 line left out, the first is line 1: no event of a known audit type');
});
