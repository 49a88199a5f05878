import { describe, expect, test } from 'vitest';
import { RunAccount } from '../../../../src/core/accounting/run-account.ts';
import { reasons } from '../../../../src/core/classify/reasons.ts';
import type { DeliveredObject } from '../../../../src/core/delivery/deliverer.ts';
import type { MetricFact } from '../../../../src/ports/metrics.ts';
import { meterRun, RunMeter } from '../../../../src/core/metrics/run-meter.ts';
import { AuditExportError } from '../../../../src/errors.ts';

const nowMs = Date.UTC(2026, 0, 2);
const hourMs = 3_600_000;
const types = ['query', 'alert'];

function keptMetrics() {
  const facts: MetricFact[] = [];
  let closed = 0;
  return {
    metrics: {
      observe: (fact: MetricFact): void => {
        facts.push(fact);
      },
      close: async (): Promise<void> => {
        closed++;
      },
    },
    facts,
    closed: () => closed,
    /** The sum of what a counter was told, by its labels. */
    counted: (metric: MetricFact['metric']): Record<string, number> => {
      const sums: Record<string, number> = {};
      for (const fact of facts.filter((fact) => fact.metric === metric)) {
        const key = Object.values(fact.labels ?? {}).join(' ');
        sums[key] = (sums[key] ?? 0) + fact.value;
      }
      return sums;
    },
    last: (metric: MetricFact['metric']): number | undefined =>
      facts.findLast((fact) => fact.metric === metric)?.value,
  };
}

const object = (more: Partial<DeliveredObject> = {}): DeliveredObject => ({
  key: 'k',
  folder: 'audit_type=query/event_date=2026-01-01',
  lines: 3,
  linesByType: new Map([[0, 3]]),
  bytes: 300,
  compressedBytes: 30,
  sha256: 'x',
  status: 'stored',
  earliestMs: nowMs - 5 * hourMs,
  latestMs: nowMs - hourMs,
  ...more,
});

const clock = { now: () => nowMs };

describe('the books of a run become counters', () => {
  test('each line is counted once by its outcome and type, in whatever steps it is told', () => {
    const { metrics, counted } = keptMetrics();
    const meter = new RunMeter(metrics, clock);
    const account = new RunAccount(types, nowMs);
    account.read = 4;
    account.blank = 1;
    account.accepted = 3;
    meter.update(account, 2);
    meter.update(account, 2);
    account.addDelivered(object());
    account.read = 9;
    account.addQuarantined({ reason: 'not-json' });
    account.addQuarantined({ reason: 'schema-violation', type: 'alert' });
    account.accepted = 6;
    account.addDelivered(object({ status: 'already-there', linesByType: new Map([[1, 3]]) }));
    for (let request = 0; request < 3; request++) account.addRequest();
    account.addRetry('throttled');
    meter.update(account, 1);
    expect(counted('lines')).toEqual({
      'query delivered': 3,
      'alert already_delivered': 3,
      'alert quarantined': 1,
      'unknown quarantined': 1,
      'unknown blank': 1,
    });
    expect(counted('quarantined')).toEqual({ 'not-json': 1, 'schema-violation': 1 });
    expect([counted('linesRead'), counted('contentBytes')]).toEqual([{ '': 9 }, { '': 600 }]);
    expect([counted('retries'), counted('putRequests')]).toEqual([{ throttled: 1 }, { '': 3 }]);
    const sum = Object.values(counted('lines')).reduce((a, b) => a + b, 0);
    expect(sum, 'every line read is in exactly one outcome').toBe(9);
  });
});

describe('a delivery', () => {
  test('counts an object and its bytes, and how long its oldest event waited', () => {
    const { metrics, counted, last, facts } = keptMetrics();
    new RunMeter(metrics, clock).delivered(object(), types);
    expect(counted('objects')).toEqual({ stored: 1 });
    expect(counted('storedBytes')).toEqual({ '': 30 });
    expect(facts).toContainEqual({
      metric: 'deliveryLag',
      value: (5 * hourMs) / 1000,
      labels: { type: 'query' },
    });
    expect(last('newestEvent')).toBe((nowMs - hourMs) / 1000);
  });

  test('of what was there before has cost no bytes, and no time', () => {
    const { metrics, counted } = keptMetrics();
    new RunMeter(metrics, clock).delivered(object({ status: 'already-there' }), types);
    expect([counted('objects'), counted('storedBytes'), counted('deliveryLag')]).toEqual([
      { already_there: 1 },
      {},
      {},
    ]);
  });

  test('that was only planned says nothing', () => {
    const { metrics, facts } = keptMetrics();
    new RunMeter(metrics, clock).delivered(object({ status: 'planned' }), types);
    expect(facts).toEqual([]);
  });

  test('of an event of the future has a lag of 0, and older events do not take the newest one back', () => {
    const { metrics, facts, last } = keptMetrics();
    const meter = new RunMeter(metrics, clock);
    meter.delivered(object({ earliestMs: nowMs + hourMs, latestMs: nowMs + hourMs }), types);
    meter.delivered(object(), types);
    expect(facts.find(({ metric }) => metric === 'deliveryLag')?.value).toBe(0);
    expect(last('newestEvent')).toBe((nowMs + hourMs) / 1000);
  });
});

test('runs that go on at the same time are summed, and a run that has ended is in no outage', () => {
  const { metrics, counted, last } = keptMetrics();
  const meter = new RunMeter(metrics, clock);
  const [one, other] = [new RunAccount(types, nowMs), new RunAccount(types, nowMs)];
  for (const account of [one, other]) {
    account.read = 5;
    account.blank = 5;
    meter.update(account, 2);
    meter.outage(account, true);
  }
  meter.read(100);
  meter.read(50);
  expect([counted('linesRead'), counted('readBytes'), last('openPartitions')]).toEqual([
    { '': 10 },
    { '': 150 },
    4,
  ]);
  meter.left(one);
  expect([last('openPartitions'), last('outage')]).toEqual([2, 1]);
  meter.left(other);
  expect([last('openPartitions'), last('outage'), counted('linesRead')]).toEqual([0, 0, { '': 10 }]);
});

test('an outage and the spool are shown as they stand', () => {
  const { metrics, last } = keptMetrics();
  const meter = new RunMeter(metrics, clock);
  const account = new RunAccount(types, nowMs);
  meter.outage(account, true);
  meter.spool({ bytes: 70, oldestMs: nowMs });
  expect([last('outage'), last('spoolBytes'), last('spoolOldest')]).toEqual([1, 70, nowMs / 1000]);
  meter.outage(account, false);
  meter.succeeded();
  meter.spool({ bytes: 0, oldestMs: undefined });
  expect([last('outage'), last('spoolBytes'), last('spoolOldest')]).toEqual([0, 0, 0]);
});

test('a process that begins has no line in quarantine yet, for any reason', () => {
  const { metrics, counted, last } = keptMetrics();
  new RunMeter(metrics, clock).begin();
  expect(Object.keys(counted('quarantined'))).toEqual(Object.keys(reasons));
  expect(Object.keys(counted('retries'))).not.toContain('final');
  expect([...Object.values(counted('quarantined')), ...Object.values(counted('retries'))]).not.toContain(1);
  expect([last('lastRunStart'), last('outage')]).toEqual([nowMs / 1000, 0]);
});

describe('the end of a run', () => {
  test.each([
    ['delivered', 0, true],
    ['delivered-with-quarantine', 5, true],
    ['failed', 6, false],
    ['failed', 5, false],
    ['interrupted', 130, false],
    ['planned', 0, false],
  ] as const)('%s with exit code %d counts as a success: %s', async (outcome, exitCode, success) => {
    const { metrics, counted, last, closed } = keptMetrics();
    const report = { outcome, exitCode };
    expect(await meterRun(metrics, clock, async () => report)).toBe(report);
    expect(counted('runs')).toEqual({ [outcome.replaceAll('-', '_')]: 1 });
    expect([last('lastRunStart'), last('lastRunEnd'), last('lastRunExitCode')]).toEqual([
      nowMs / 1000,
      nowMs / 1000,
      exitCode,
    ]);
    expect(last('lastSuccess')).toBe(success ? nowMs / 1000 : undefined);
    expect(closed()).toBe(1);
  });

  test.each([
    ['an error of ours', new AuditExportError('no-credentials', 'x'), 4],
    ['a bug', new Error('x'), 1],
  ])(
    'by %s is thrown on, counted with its exit code, and the metrics are closed',
    async (_, error, exitCode) => {
      const { metrics, last, counted, closed } = keptMetrics();
      await expect(meterRun(metrics, clock, () => Promise.reject(error))).rejects.toBe(error);
      expect([last('lastRunExitCode'), last('lastSuccess'), counted('runs'), closed()]).toEqual([
        exitCode,
        undefined,
        { failed: 1 },
        1,
      ]);
    },
  );
});
