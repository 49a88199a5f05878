import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { CheckReport } from '../../../src/commands/consumers/check.ts';
import { schemaErrors } from '../../fakes/json-schema.ts';
import { generateInput } from '../generated-input.ts';
import { runCli } from '../run-cli.ts';
import type { Workspace } from '../workspace.ts';
import { useWorkspaces } from '../workspace.ts';

const newWorkspace = useWorkspaces();

/** A store with events of two days of all types, and their Parquet. */
async function delivered(): Promise<{ workspace: Workspace; keys: string[]; parquet: string[] }> {
  const workspace = await newWorkspace();
  const { bytes } = generateInput({ seed: 23, lines: 300, hours: 40 });
  await runCli(workspace, ['push', '--to', 'export'], { stdin: bytes });
  await runCli(workspace, ['compact', '--from', 'export', '--to', 'curated']);
  const below = async (folder: string, form: RegExp): Promise<string[]> =>
    (await readdir(workspace.path(folder), { recursive: true })).filter((name) => form.test(name)).toSorted();
  return {
    workspace,
    keys: await below('export', /^audit_type=.*\.jsonl\.gz$/),
    parquet: await below('curated', /^audit_type=.*\.parquet$/),
  };
}

async function check(
  workspace: Workspace,
  ...more: string[]
): Promise<{ code: number | null; report: CheckReport }> {
  const args = ['consumers', 'check', '--from', 'export', '--curated', 'curated', '--json', ...more];
  const { code, stdout } = await runCli(workspace, args);
  const report = JSON.parse(stdout) as CheckReport;
  expect(schemaErrors('consumers-check', report)).toEqual([]);
  return { code, report };
}

/** Kinds of findings, and how many there are of each. */
const found = ({ findings }: CheckReport): Record<string, number> =>
  Object.fromEntries(findings.map(({ kind, count }) => [kind, count]));

test('a store that its readers can read is all right', async () => {
  const { workspace, keys, parquet } = await delivered();
  const { code, report } = await check(workspace);
  expect({ code, findings: report.findings }).toEqual({ code: 0, findings: [] });
  expect(Object.values(report.objects).reduce((sum, count) => sum + count, 0)).toBe(keys.length);
  expect(report.parquetFiles).toBe(parquet.length);
  const shown = await runCli(workspace, ['consumers', 'check', '--from', 'export']);
  expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing is wrong.') });
});

test('each thing that readers would stumble over is found, with exit code 7', async () => {
  const { workspace, keys, parquet } = await delivered();
  const [first = '', second = ''] = keys;
  const at = (key: string): string => workspace.path(join('export', key));
  // A folder where no table looks, a file of somebody else's, and Parquet that nobody claimed and that is gone.
  await mkdir(at('audit_type=query/event_date=1999-01-01'));
  await rename(at(first), at(`audit_type=query/event_date=1999-01-01/${first.split('/').at(-1)}`));
  await workspace.write(`export/${dirname(second)}/README.txt`, 'notes');
  const [gone = ''] = parquet;
  await copyFile(workspace.path(`curated/${gone}`), workspace.path(`curated/${dirname(gone)}/copy.parquet`));
  await rm(workspace.path(`curated/${gone}`));
  // An object that came after compact.
  const line =
    '{"id":"1","dt":"2026-09-01T10:00:00.000Z","Event_Date":"x","clientId":"c","user":{},"fields":[],"threshold":{}}\n';
  const name = `20260901T100000000Z-${createHash('sha256').update(line).digest('hex').slice(0, 32)}.jsonl.gz`;
  const folder = 'export/audit_type=novel/event_date=2026-09-01';
  await mkdir(workspace.path(folder), { recursive: true });
  await workspace.write(`${folder}/${name}`, gzipSync(line));
  const { code, report } = await check(workspace);
  expect(code).toBe(7);
  expect(found(report)).toEqual({
    'outside-tables': 1,
    'no-object-of-events': 1,
    'type-nobody-reads': 1,
    'shadowed-field': 1,
    'file-missing': 1,
    'unclaimed-file': 1,
    'not-in-parquet': 1,
  });
  const shadowed = report.findings.find(({ kind }) => kind === 'shadowed-field');
  expect(shadowed?.examples).toEqual([expect.stringContaining('Event_Date')]);
});

test('two claims of one object, and days before the tables begin, are found', async () => {
  const { workspace } = await delivered();
  const folder = workspace.path('curated/_audit-export/compact');
  const claim =
    (await readdir(folder, { recursive: true })).find((name) => /\/\d{6}\.json$/.test(name)) ?? '';
  await copyFile(join(folder, claim), join(folder, claim.replace('000000.json', '000009.json')));
  const { code, report } = await check(workspace, '--since', '2026-09-02');
  expect(code).toBe(7);
  expect(Object.keys(found(report)).toSorted()).toEqual(['before-tables', 'in-several-files']);
});

test('where no store is named, it is said how', async () => {
  const run = await runCli(await newWorkspace(), ['consumers', 'check']);
  expect(run).toMatchObject({ code: 2, stdout: '' });
  expect(run.stderr).toContain('--from s3://BUCKET/PREFIX');
});
