import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { placesOf } from '../../../../src/core/verify/finding.ts';
import { loadAuditTypes } from '../../../../src/core/audit-types/load-audit-types.ts';
import { emptyBalance } from '../../../../src/core/accounting/balance.ts';
import type { VerifyReport } from '../../../../src/core/verify/verify-report.ts';
import { dayMs, hourMs, startMs, WrittenStore, writtenStore } from './written-store.ts';

const codes = ({ counts }: VerifyReport): string[] => Object.keys(counts);
const iso = (ms: number): string => new Date(ms).toISOString();
const queryEvent = readFileSync(
  join(import.meta.dirname, '../../../fixtures/events/query.jsonl'),
  'utf8',
).trim();

test('a clock that was set back is found', async () => {
  const store = await writtenStore();
  const [before] = [store.nowMs];
  store.nowMs -= dayMs;
  await store.run(1);
  store.publish();
  const findings = placesOf((await store.report({ nowMs: before })).findings);
  expect(findings).toMatchObject([{ code: 'clock-back', log: 'log-1' }, { code: 'clock-back' }]);
});

test('a run that never ended is found, and one whose batch another try has ended is not', async () => {
  const store = await writtenStore();
  store.begin('cut-short', { batch: 'b' });
  store.begin('again', { batch: 'b' });
  store.end('again', { objects: 0, delivered: 0 });
  store.begin('killed', { batch: 'c' });
  store.publish();
  const findings = placesOf((await store.report()).findings);
  expect(findings).toMatchObject([{ code: 'run-unfinished', message: expect.stringContaining('killed') }]);
});

test.each([
  ['another number of objects', { objects: 2 }],
  ['another number of sources', { sources: 1 }],
  ['a sum that is off', { balance: { ...emptyBalance(), read: 4, delivered: 3 } }],
  ['more lines than its objects have', { balance: { ...emptyBalance(), read: 4, delivered: 4 } }],
])('books that do not add up are found: %s', async (_, wrong) => {
  const store = await writtenStore();
  const run = 'odd';
  store.begin(run);
  await store.object(run, ['{"a":1}', '{"a":2}', '{"a":3}']);
  store.leaf({
    kind: 'end',
    run,
    time: iso(store.nowMs),
    ended: 'complete',
    balance: { ...emptyBalance(), read: 3, delivered: 3 },
    objects: 1,
    sources: 0,
    quarantined: {},
    ignored: {},
    lateness: {},
    ...wrong,
  });
  store.publish();
  expect(codes(await store.report())).toEqual(['balance-off']);
});

test('a log that speaks each hour and falls silent is found, in the middle and at its end', async () => {
  const store = await writtenStore([1]);
  for (let hour = 1; hour < 6; hour++) store.quiet(store.nowMs + hourMs);
  store.publish();
  expect(codes(await store.report({ nowMs: store.nowMs + hourMs }))).toEqual([]);
  expect(codes(await store.report({ nowMs: store.nowMs + 3 * hourMs }))).toEqual(['log-silent']);
  store.nowMs += 5 * hourMs;
  store.quiet(store.nowMs + hourMs);
  store.publish();
  const findings = placesOf((await store.report()).findings);
  expect(findings).toMatchObject([
    { code: 'log-silent', message: expect.stringContaining(iso(store.nowMs - 6 * hourMs)) },
  ]);
  // A log that was closed says so: it owes nothing.
  store.leaf({ kind: 'close', time: iso(store.nowMs) });
  store.publish();
  expect(codes(await store.report({ nowMs: store.nowMs + 30 * dayMs }))).toEqual(['log-silent']);
});

test('a run that takes long is no silence', async () => {
  const store = await writtenStore([1]);
  store.quiet(store.nowMs + hourMs);
  store.begin('long');
  store.nowMs += 9 * hourMs;
  store.end('long', { objects: 0, delivered: 0 });
  store.publish();
  expect(codes(await store.report())).toEqual([]);
});

test('what was removed lawfully is not missing; what is delivered again is', async () => {
  const store = await writtenStore([3]);
  const [leaf] = await store.run(1);
  const { rmSync } = await import('node:fs');
  rmSync(join(store.folder, leaf?.key ?? ''));
  store.publish();
  expect(codes(await store.report())).toEqual(['object-missing']);
  store.leaf({ kind: 'retire', time: iso(store.nowMs), keys: [leaf?.key ?? ''], reason: 'kept for 90 days' });
  store.publish();
  expect(codes(await store.report())).toEqual([]);
  store.leaf({ ...(leaf ?? ({} as never)), run: 'run-3' });
  store.publish();
  expect(codes(await store.report())).toContain('object-missing');
});

test('an object whose leaf says times of another day, or lines of another type, is misplaced', async () => {
  const store = await writtenStore([1]);
  const run = 'run-9';
  store.begin(run);
  const leaf = await store.object(run, ['{"a":1}']);
  store.leaf({ ...leaf, last: iso(startMs + 2 * dayMs) });
  store.end(run, { objects: 2, delivered: 2 });
  store.publish();
  expect(codes(await store.report())).toEqual(['line-misplaced']);
});

test('so it is in a layout of the user’s own, which the run has recorded', async () => {
  const store = await writtenStore([1]);
  const run = 'run-9';
  const layout = 'siem/{yyyy}/{MM}/{type}';
  store.begin(run, { layout });
  const leaf = await store.object(run, ['{"a":1}'], { layout });
  store.end(run, { objects: 1, delivered: 1 });
  store.publish();
  expect(await store.report()).toMatchObject({ verdict: 'intact' });
  store.begin('other', { layout: 'siem/{yyyy}/{MM}/{dd}/{type}' });
  store.leaf({ ...leaf, run: 'other' });
  store.leaf({ ...leaf, run: 'other', last: iso(startMs + 40 * dayMs) });
  store.end('other', { objects: 2, delivered: 2 });
  store.publish();
  const { findings: found, counts } = await store.report();
  const findings = placesOf(found);
  expect(counts).toEqual({ 'line-misplaced': 2 });
  expect(findings[0]?.message).toContain('siem/2026/03/01/query');
});

test('a log is silent after what its profile expects, as it was recorded then, and owes nothing where nothing was', async () => {
  const store = await writtenStore([1, 1, 1, 1, 1, 1]);
  const nowMs = store.nowMs + 300 * dayMs;
  expect(codes(await store.report({ nowMs }))).toEqual([]);
  expect(codes(await store.report({ nowMs, silentMs: dayMs }))).toEqual(['log-silent']);
  store.nowMs += 20 * dayMs;
  store.begin('daily', { expect: 26 * 3600 });
  store.end('daily', { objects: 0, delivered: 0 });
  store.nowMs += 26 * hourMs;
  await store.run(1);
  store.publish();
  // What was recorded last counts from then on.
  expect(codes(await store.report({ nowMs }))).toEqual([]);
  store.begin('daily again', { expect: 26 * 3600 });
  store.end('daily again', { objects: 0, delivered: 0 });
  store.publish();
  expect(codes(await store.report({ nowMs: store.nowMs + 26 * hourMs }))).toEqual([]);
  expect((await store.report({ nowMs })).counts).toEqual({ 'log-silent': 1 });
  store.nowMs += 27 * hourMs;
  await store.run(1);
  store.publish();
  expect(placesOf((await store.report({ nowMs: store.nowMs })).findings)).toMatchObject([
    { code: 'log-silent', message: expect.stringContaining(iso(store.nowMs - 27 * hourMs)) },
  ]);
});

test('--deep finds the same with memory for a few events and leaves at once', async () => {
  const types = await loadAuditTypes([]);
  const event = JSON.parse(queryEvent) as Record<string, unknown>;
  const atMs = new Date(event['eventTime'] as string | number).getTime();
  const store = new WrittenStore();
  store.nowMs = Math.max(startMs, atMs);
  const line = (id: number): string =>
    JSON.stringify({ ...event, eventID: `${String(event['eventID']).slice(0, -3)}${100 + id}` });
  store.begin('run');
  for (let object = 0; object < 20; object++)
    await store.object(
      'run',
      Array.from({ length: 10 }, (_, at) => line((object * 10 + (object < 17 ? at : 9 - at)) % 170)),
      { firstMs: atMs },
    );
  store.end('run', { objects: 20, delivered: 200 });
  store.publish();
  const whole = await store.report({ mode: 'deep', types });
  expect(whole.counts).toEqual({ 'event-twice': 30 });
  const bounded = await store.report({ mode: 'deep', types, eventsAtOnce: 8, leavesAtOnce: 5 });
  expect(bounded.counts).toEqual(whole.counts);
});

test('--from and --to leave out what lies outside, but the log is always read whole', async () => {
  const store = new WrittenStore();
  for (let day = 0; day < 4; day++) {
    await store.run(2);
    store.nowMs += dayMs;
  }
  store.publish();
  const only = { from: startMs + dayMs, to: startMs + 2 * dayMs };
  expect(await store.report(only)).toMatchObject({ verdict: 'intact', objects: { read: 2, claimed: 8 } });
  const { rmSync } = await import('node:fs');
  rmSync(join(store.folder, 'audit_type=query/event_date=2026-03-01'), { recursive: true });
  expect(codes(await store.report(only))).toEqual([]);
  expect((await store.report()).counts).toEqual({ 'object-missing': 2 });
});

test('--deep finds a line in a partition that is not its own, and an event that is there twice', async () => {
  const types = await loadAuditTypes([]);
  const { eventTime } = JSON.parse(queryEvent) as { eventTime: string | number };
  const atMs = new Date(eventTime).getTime();
  const store = new WrittenStore();
  store.nowMs = Math.max(startMs, atMs);
  const run = 'run-1';
  store.begin(run);
  await store.object(run, [queryEvent], { firstMs: atMs });
  store.end(run, { objects: 1, delivered: 1 });
  store.publish();
  expect(await store.report({ mode: 'deep', types })).toMatchObject({ verdict: 'intact' });
  const again = 'run-2';
  store.begin(again);
  await store.object(again, [queryEvent, queryEvent], { firstMs: atMs });
  await store.object(again, [queryEvent], { firstMs: atMs + dayMs });
  store.end(again, { objects: 2, delivered: 3 });
  store.publish();
  const { counts } = await store.report({ mode: 'deep', types });
  expect(counts).toEqual({ 'line-misplaced': 1, 'event-twice': 2 });
  expect(codes(await store.report())).toEqual([]);
});

test('two logs of two writers in one store are one proof, and each is named', async () => {
  const store = await writtenStore([2]);
  const other = new WrittenStore({ id: 'log-2', folder: store.folder });
  other.nowMs += hourMs;
  await other.run(2, { type: 'system' });
  other.publish();
  const report = await store.report({ nowMs: other.nowMs });
  expect(report).toMatchObject({ verdict: 'intact', objects: { claimed: 4, read: 4 } });
  expect(report.logs.map(({ id }) => id)).toEqual(['log-1', 'log-2']);
  const only = await store.report({ nowMs: other.nowMs, keys: [store.signer.verifier] });
  expect(placesOf(only.findings)).toMatchObject([{ code: 'foreign-key', log: 'log-2' }]);
});
