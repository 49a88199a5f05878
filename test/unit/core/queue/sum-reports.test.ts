import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PushReport } from '../../../../src/core/accounting/push-report.ts';
import { judgeRun } from '../../../../src/core/queue/judge-run.ts';
import { ReportSum } from '../../../../src/core/queue/sum-reports.ts';
import { schemaErrors } from '../../../fakes/json-schema.ts';

const zero = {
  read: 0,
  delivered: 0,
  alreadyDelivered: 0,
  duplicate: 0,
  notSelected: 0,
  ignored: 0,
  quarantined: 0,
  blank: 0,
  undelivered: 0,
};

const first: PushReport = {
  report: 'push',
  version: 1,
  outcome: 'delivered',
  exitCode: 0,
  dryRun: false,
  store: 's3://audit/export',
  profile: null,
  startedAt: '2026-11-23T00:00:00.000Z',
  endedAt: '2026-11-23T00:00:00.100Z',
  seconds: 0.1,
  sources: [],
  balance: zero,
  balanced: true,
  types: [],
  partitions: [],
  objects: [],
  earliest: null,
  latest: null,
  putRequests: 0,
  retries: {},
  contentBytes: 0,
  compressedBytes: 0,
  quarantine: { folder: '/q', file: null, reasons: [] },
  warnings: [],
  lateness: [],
  throughput: { linesPerSecond: 0, bytesPerSecond: 0 },
  error: null,
};

/** The report of a run over one source that delivered so many lines into one partition. */
function runOf(name: string, lines: number, bad = 0): PushReport {
  const times = {
    earliest: `2026-11-${10 + (lines % 10)}T00:00:00.000Z`,
    latest: '2026-11-21T00:00:00.000Z',
  };
  return {
    ...first,
    outcome: bad > 0 ? 'delivered-with-quarantine' : 'delivered',
    exitCode: bad > 0 ? 5 : 0,
    sources: [{ name, format: 'lines', storedBytes: 10, lines: lines + bad, reformatted: false }],
    balance: { ...zero, read: lines + bad, delivered: lines, quarantined: bad },
    types: [
      {
        type: 'query',
        recognised: lines,
        delivered: lines,
        alreadyDelivered: 0,
        duplicate: 0,
        notSelected: 0,
        quarantined: 0,
      },
    ],
    partitions: [
      {
        folder: 'audit_type=query/event_date=2026-11-20',
        lines,
        delivered: lines,
        alreadyDelivered: 0,
        objects: 1,
        bytes: lines * 9,
        compressedBytes: lines,
      },
    ],
    objects: [
      {
        key: `export/${name}`,
        lines,
        bytes: lines * 9,
        compressedBytes: lines,
        sha256: 'ab'.repeat(32),
        status: 'stored',
        ...times,
      },
    ],
    ...times,
    putRequests: 1,
    retries: bad > 0 ? { throttled: bad } : {},
    contentBytes: lines * 9,
    compressedBytes: lines,
    quarantine: {
      folder: '/q',
      file: bad > 0 ? `/q/${name}` : null,
      reasons: bad > 0 ? [{ reason: 'not-json', means: 'no JSON', lines: bad }] : [],
    },
    warnings: [{ type: 'query', warning: 'w', lines: 1, firstSource: name, firstLine: lines }],
    lateness: [{ age: 'up to 1 day', lines }],
  };
}

const done = { outcome: 'delivered', exitCode: 0, error: null } as const;

test('every number of the sum is the sum of the runs', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(500), fc.nat(3)), { maxLength: 20 }), (runs) => {
      const sum = new ReportSum(first);
      for (const [index, [lines, bad]] of runs.entries()) sum.add(runOf(`s${index}`, lines, bad));
      const report = sum.report(done, Date.parse(first.startedAt) + 2000);
      const total = (of: (run: [number, number]) => number): number =>
        runs.reduce((all, run) => all + of(run), 0);
      const lines = total(([good]) => good);
      expect(report.balance).toMatchObject({ read: lines + total(([, bad]) => bad), delivered: lines });
      expect(report.sources).toHaveLength(runs.length);
      expect(report.putRequests).toBe(runs.length);
      expect(report.contentBytes).toBe(lines * 9);
      expect(report.retries.throttled ?? 0).toBe(total(([, bad]) => bad));
      expect(report.types[0]?.delivered ?? 0).toBe(lines);
      expect(report.partitions[0]?.objects ?? 0).toBe(runs.length);
      expect(report.lateness[0]?.lines ?? 0).toBe(lines);
      expect(report.warnings[0]?.lines ?? 0).toBe(runs.length);
      expect(report.throughput.linesPerSecond).toBe(Math.round(report.balance.read / 2));
      expect(report.earliest).toBe(
        runs.map(([good]) => `2026-11-${10 + (good % 10)}T00:00:00.000Z`).toSorted()[0] ?? null,
      );
    }),
    { numRuns: 50 },
  );
});

test('the reports that are added stay as they are', () => {
  const run = runOf('a', 5);
  const before = structuredClone(run);
  const sum = new ReportSum(first);
  sum.add(run);
  sum.add(run);
  expect(run).toEqual(before);
  expect(sum.report(done, 0).partitions[0]?.lines).toBe(10);
});

test('a sum has the shape of the report of one run', () => {
  const sum = new ReportSum(first);
  for (const name of ['b', 'a']) sum.add(runOf(name, 3, 1));
  const report = sum.report(done, Date.parse(first.endedAt));
  expect(schemaErrors('push-report', report)).toEqual([]);
  expect(report.objects.map(({ key }) => key)).toEqual(['export/a', 'export/b']);
  expect(report.quarantine.file, 'several lists: the folder').toBe('/q');
});

test('an endless worker does not remember every source and object, only how many there were', () => {
  const sum = new ReportSum(first);
  for (let run = 0; run < 10_050; run++) sum.add(runOf(`s${run}`, 1));
  const report = sum.report(done, 0);
  expect([report.sources.length, report.objects.length]).toEqual([10_000, 10_000]);
  expect(sum.unlisted).toEqual({ sources: 50, objects: 50 });
  expect(report.putRequests).toBe(10_050);
});

const failedBy = (code: string, details: Record<string, string | boolean> = {}): PushReport => ({
  ...runOf('a', 1),
  outcome: 'failed',
  exitCode: 6,
  error: { code, message: 'm', cure: null, details },
});

test.each([
  ['a run that went well', runOf('a', 1), 'durable'],
  ['one that set lines aside, durably', runOf('a', 1, 1), 'durable'],
  ['one whose balance is off', { ...runOf('a', 1), balanced: false }, 'worker-failed'],
  ['one that was interrupted', { ...runOf('a', 1), outcome: 'interrupted' as const }, 'worker-failed'],
  ['a dry run', { ...runOf('a', 1), outcome: 'planned' as const }, 'worker-failed'],
  ['an object that is no more', failedBy('source-unreadable', { gone: true }), 'gone'],
  ['damaged gzip', failedBy('source-broken'), 'object-failed'],
  ['--strict and a bad line', failedBy('too-many-bad-lines'), 'object-failed'],
  ['an object that may not be read', failedBy('access-denied', { action: 's3:GetObject' }), 'object-failed'],
  [
    'a target that may not be written',
    failedBy('access-denied', { action: 's3:PutObject' }),
    'worker-failed',
  ],
  ['S3 that does not answer', failedBy('unreachable', { action: 's3:GetObject' }), 'worker-failed'],
  ['credentials that are over', failedBy('expired-credentials', { action: 's3:GetObject' }), 'worker-failed'],
  ['a full disk', failedBy('quarantine-failed'), 'worker-failed'],
  ['a bug', failedBy('unexpected'), 'worker-failed'],
])('%s: %3$s', (_, report, verdict) => {
  expect(judgeRun(report)).toBe(verdict);
});
