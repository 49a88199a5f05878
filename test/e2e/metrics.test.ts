import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { Family } from '../../src/core/metrics/exposition.ts';
import { parseExposition } from '../../src/core/metrics/exposition.ts';
import { generateInput } from './generated-input.ts';
import { runForReport, startCli, withReport, writeTo } from './run-cli.ts';
import { useWorkspaces } from './workspace.ts';

const input = generateInput({ seed: 61, lines: 3000, hours: 20, damage: 0.02 });
const newWorkspace = useWorkspaces();

/** The sum of a metric over all series that have these labels. */
function sumOf(
  families: readonly Family[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const samples = families.find((family) => family.name === name)?.samples ?? [];
  return samples
    .filter((sample) => sample.name === name || sample.name === `${name}_count`)
    .filter((sample) =>
      Object.entries(labels).every(([label, text]) => Object.fromEntries(sample.labels)[label] === text),
    )
    .reduce((sum, { value }) => sum + value, 0);
}

const outcomes = {
  delivered: 'delivered',
  already_delivered: 'alreadyDelivered',
  duplicate: 'duplicate',
  not_selected: 'notSelected',
  quarantined: 'quarantined',
  blank: 'blank',
} as const;

test('--metrics-file says what the report says, and goes on with the next run', async () => {
  const workspace = await newWorkspace();
  const file = workspace.path('audit.prom');
  const args = ['push', '--to', 'export', '--metrics-file', file];
  const first = await runForReport(workspace, args, { stdin: input.bytes });
  const { balance, types, compressedBytes, objects, quarantine } = first.report;
  const once = parseExposition(await readFile(file, 'utf8'));
  for (const [outcome, member] of Object.entries(outcomes))
    expect([outcome, sumOf(once, 'audit_export_lines_total', { outcome })]).toEqual([
      outcome,
      balance[member],
    ]);
  for (const { type, delivered } of types)
    expect(sumOf(once, 'audit_export_lines_total', { type, outcome: 'delivered' })).toBe(delivered);
  for (const { reason, lines } of quarantine.reasons)
    expect(sumOf(once, 'audit_export_quarantined_lines_total', { reason })).toBe(lines);
  expect(sumOf(once, 'audit_export_lines_read_total')).toBe(balance.read);
  expect(sumOf(once, 'audit_export_read_bytes_total')).toBe(input.bytes.length);
  expect(sumOf(once, 'audit_export_stored_bytes_total')).toBe(compressedBytes);
  expect(sumOf(once, 'audit_export_objects_total', { status: 'stored' })).toBe(objects.length);
  expect(sumOf(once, 'audit_export_put_requests_total')).toBe(first.report.putRequests);
  expect(sumOf(once, 'audit_export_delivery_lag_seconds')).toBe(objects.length);
  expect(sumOf(once, 'audit_export_open_partitions')).toBe(0);
  expect(sumOf(once, 'audit_export_last_run_exit_code')).toBe(5);
  expect(sumOf(once, 'audit_export_last_success_timestamp_seconds')).toBeCloseTo(
    Date.parse(first.report.endedAt) / 1000,
    -1,
  );

  const second = await runForReport(workspace, args, { stdin: input.bytes });
  expect(second.report.balance.alreadyDelivered).toBe(balance.delivered);
  const twice = parseExposition(await readFile(file, 'utf8'));
  expect(sumOf(twice, 'audit_export_lines_read_total')).toBe(2 * balance.read);
  expect(sumOf(twice, 'audit_export_objects_total', { status: 'stored' })).toBe(objects.length);
  expect(sumOf(twice, 'audit_export_objects_total', { status: 'already_there' })).toBe(objects.length);
});

test('a run that fails before it reads shows its exit code, and leaves the last success', async () => {
  const workspace = await newWorkspace();
  const file = workspace.path('audit.prom');
  await runForReport(workspace, ['push', '--to', 'export', '--metrics-file', file], { stdin: input.bytes });
  const before = parseExposition(await readFile(file, 'utf8'));
  const failing = startCli(workspace, ['push', '--to', 'export', '--metrics-file', file, 'absent.jsonl']);
  expect((await failing.ended).code).toBe(3);
  const after = parseExposition(await readFile(file, 'utf8'));
  expect(sumOf(after, 'audit_export_last_run_exit_code')).toBe(3);
  const success = 'audit_export_last_success_timestamp_seconds';
  expect(sumOf(after, success)).toBe(sumOf(before, success));
  expect(sumOf(after, 'audit_export_runs_total', { outcome: 'failed' })).toBe(1);
});

test('a dry run writes no metrics', async () => {
  const workspace = await newWorkspace();
  const file = workspace.path('audit.prom');
  await runForReport(workspace, ['push', '--to', 'export', '--dry-run', '--metrics-file', file], {
    stdin: input.bytes,
  });
  await expect(readFile(file)).rejects.toThrow('ENOENT');
});

test('--metrics-port shows a run that goes on, and ends with it', async () => {
  const workspace = await newWorkspace();
  const run = startCli(
    workspace,
    ['push', '--to', 'export', '--json', '--metrics-port', '0', '--log-format', 'json'],
    { stdin: 'open' },
  );
  const urlSoFar = (): string => /"event":"metrics".*"url":"([^"]+)"/.exec(run.stderrSoFar())?.[1] ?? '';
  await expect.poll(urlSoFar, { timeout: 15_000 }).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const url = urlSoFar();
  await writeTo(run, input.bytes);
  const linesSoFar = async (): Promise<number> =>
    sumOf(parseExposition(await (await fetch(`${url}/metrics`)).text()), 'audit_export_lines_read_total');
  await expect.poll(linesSoFar, { timeout: 15_000 }).toBeGreaterThan(0);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  run.child.kill('SIGTERM');
  const { code, stderr } = withReport(await run.ended);
  expect(code).toBe(130);
  await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed');
  const events = stderr
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { event: string }).event);
  expect(events).toEqual(['metrics', 'stopping', 'finished']);
});

test('metrics that nobody asked for load nothing', async () => {
  const workspace = await newWorkspace();
  const record = workspace.path('modules');
  const recorder = new URL('./module-recorder.mjs', import.meta.url).href;
  const { code } = await startCli(workspace, ['push', '--to', 'export'], {
    nodeFlags: ['--import', recorder],
    environment: { AUDIT_EXPORT_E2E_MODULES: record },
  }).ended;
  expect([code, /prom-client|adapters\/metrics/.exec(await readFile(record, 'utf8'))]).toEqual([0, null]);
});
