import { mkdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { eventsOf, exampleOptions, generateInput } from './generated-input.ts';
import { differencesFrom, readExport } from './read-export.ts';
import { runCli, runForReport, withReport } from './run-cli.ts';
import { folderStore } from './stores.ts';
import { filesBelow, useWorkspaces } from './workspace.ts';

const good = generateInput({ seed: 71, lines: 200, hours: 30 });
const example = generateInput(exampleOptions);
const badLines = example.lines.filter(({ kind }) => kind === 'bad').map(({ line }) => line);

const newWorkspace = useWorkspaces();

const push = ['push', '--to', 'export'];

test('--strict stops at the first bad line, names it, and delivers nothing that a whole run would cut differently', async () => {
  const workspace = await newWorkspace();
  const store = folderStore(workspace.path('export'));
  await workspace.write('events.jsonl', example.bytes);
  const { code, stderr, report } = await runForReport(workspace, [...push, '--strict', 'events.jsonl']);
  expect(code).toBe(5);
  expect(stderr).toContain(`events.jsonl, line ${badLines[0]}: no-event-time`);
  expect(report).toMatchObject({ outcome: 'failed', balanced: true, balance: { quarantined: 1 } });
  expect(report.error?.code).toBe('too-many-bad-lines');
  const { delivered, undelivered, quarantined, blank, read } = report.balance;
  expect(delivered + undelivered + quarantined + blank).toBe(read);
  await runCli(workspace, [...push, 'events.jsonl']);
  expect(differencesFrom(eventsOf(example), await readExport(store))).toEqual([]);
});

test.each([
  { limit: badLines.length, code: 5, failed: false },
  { limit: badLines.length - 1, code: 5, failed: true },
  { limit: 0, code: 5, failed: true },
])('--limit-bad $limit with ${badLines.length} bad lines', async ({ limit, code, failed }) => {
  const workspace = await newWorkspace();
  await workspace.write('events.jsonl', example.bytes);
  const run = await runForReport(workspace, [...push, '--limit-bad', String(limit), 'events.jsonl']);
  expect(run.code).toBe(code);
  expect(run.report.error?.code).toBe(failed ? 'too-many-bad-lines' : undefined);
  expect(run.report.balance.quarantined).toBe(Math.min(limit + 1, badLines.length));
  expect(run.report.balanced).toBe(true);
  expect(run.stderr.includes(`line ${badLines[limit]}:`)).toBe(failed);
});

test('--types delivers those types and no others', async () => {
  const workspace = await newWorkspace();
  const store = folderStore(workspace.path('export'));
  const { code, report } = await runForReport(workspace, [...push, '--types', 'alert,custom'], {
    stdin: good.bytes,
  });
  const selected = eventsOf(good).filter(({ type }) => type === 'alert' || type === 'custom');
  expect(code).toBe(0);
  expect(report.balance).toMatchObject({ delivered: selected.length, notSelected: 200 - selected.length });
  expect(differencesFrom(selected, await readExport(store))).toEqual([]);
});

test('--dry-run writes nothing anywhere, and its plan is what a run then does', async () => {
  const workspace = await newWorkspace();
  const source = await workspace.write('events.jsonl', example.bytes);
  const before = await filesBelow(workspace.folder);
  const args = [...push, '--partition', 'hour', source];
  const plan = await runForReport(workspace, [...args, '--dry-run']);
  expect(plan.code).toBe(5);
  expect(await filesBelow(workspace.folder)).toEqual(before);
  await expect(mkdir(workspace.path('export'))).resolves.toBeUndefined();
  expect(plan.report).toMatchObject({ outcome: 'planned', dryRun: true, balanced: true });
  expect(new Set(plan.report.objects.map(({ status }) => status))).toEqual(new Set(['planned']));
  expect(plan.report.lateness.reduce((sum, { lines }) => sum + lines, 0)).toBe(eventsOf(example).length);
  const { report } = await runForReport(workspace, args);
  const shape = ({ objects }: typeof report): unknown =>
    objects.map(({ key, lines, bytes, compressedBytes, sha256 }) => ({
      key,
      lines,
      bytes,
      compressedBytes,
      sha256,
    }));
  expect(shape(plan.report)).toEqual(shape(report));
  expect(plan.report.putRequests).toBe(report.putRequests);
});

test('--quiet says nothing when all is well, and something when it is not', async () => {
  const workspace = await newWorkspace();
  const well = await runCli(workspace, [...push, '--quiet'], { stdin: good.bytes });
  expect({ code: well.code, stdout: well.stdout, stderr: well.stderr }).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  });
  const unwell = await runCli(workspace, [...push, '--quiet'], { stdin: example.bytes });
  expect(unwell.code).toBe(5);
  expect(unwell.stdout + unwell.stderr).toContain('quarantine');
  const json = await runCli(workspace, [...push, '--quiet', '--json'], { stdin: good.bytes });
  expect(withReport(json).report.balance.alreadyDelivered).toBe(200);
});
