import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReportSum } from '../../../../src/core/accounting/sum-reports.ts';
import { schemaErrors } from '../../../fakes/json-schema.ts';
import { first, runOf } from './reports.ts';

const facts = {
  store: first.store,
  profile: undefined,
  quarantineFolder: '/q',
  dryRun: false,
  startedMs: Date.parse(first.startedAt),
};
const done = { ended: 'complete' } as const;

test('every number of the sum is the sum of the runs', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(500), fc.nat(3)), { maxLength: 20 }), (runs) => {
      const sum = new ReportSum(10_000, facts);
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
  const sum = new ReportSum(10_000, facts);
  sum.add(run);
  sum.add(run);
  expect(run).toEqual(before);
  expect(sum.report(done, 0).partitions[0]?.lines).toBe(10);
});

test('a sum has the shape of the report of one run', () => {
  const sum = new ReportSum(10_000, facts);
  for (const name of ['b', 'a']) sum.add(runOf(name, 3, 1));
  const report = sum.report(done, Date.parse(first.endedAt));
  expect(schemaErrors('push-report', report)).toEqual([]);
  expect(report.objects.map(({ key }) => key)).toEqual(['export/a', 'export/b']);
  expect(report.quarantine.file, 'several lists: the folder').toBe('/q');
});

test('an endless worker does not remember every source and object, only how many there were', () => {
  const sum = new ReportSum(10_000, facts);
  for (let run = 0; run < 10_050; run++) sum.add(runOf(`s${run}`, 1));
  const report = sum.report(done, 0);
  expect([report.sources.length, report.objects.length]).toEqual([10_000, 10_000]);
  expect(sum.unlisted).toEqual({ sources: 50, objects: 50 });
  expect(report.putRequests).toBe(10_050);
});
