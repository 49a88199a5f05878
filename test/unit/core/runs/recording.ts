import type { BeginRecord, EndRecord, MarkRecord } from '../../../../src/core/runs/run-record.ts';
import type { Balance, RunProgress } from '../../../../src/ports/state/run-history.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
/** A Monday. */
export const mondayMs = Date.UTC(2026, 0, 5);

export function balanceOf(some: Partial<Balance> = {}): Balance {
  const none = { read: 0, delivered: 0, alreadyDelivered: 0, duplicate: 0, notSelected: 0 };
  return { ...none, ignored: 0, quarantined: 0, blank: 0, undelivered: 0, ...some };
}

/** What a run did that met these events of the type `query`, at epoch milliseconds. */
export function progressOf(eventsMs: readonly number[]): RunProgress {
  const lines = eventsMs.length;
  const iso = (ms: number): string => new Date(ms).toISOString();
  const rising = eventsMs.toSorted((a, b) => a - b);
  return {
    balance: balanceOf({ read: lines, delivered: lines }),
    types:
      lines === 0
        ? {}
        : {
            query: {
              delivered: lines,
              alreadyDelivered: 0,
              earliest: iso(rising[0] ?? 0),
              latest: iso(rising.at(-1) ?? 0),
            },
          },
    objects: Math.min(lines, 1),
    bytes: lines * 100,
    compressedBytes: lines * 10,
    retries: {},
  };
}

export function beginOf(id: string, startedMs: number, more: Partial<BeginRecord> = {}): BeginRecord {
  return {
    record: 'begin',
    version: 1,
    id,
    command: 'push',
    startedAt: new Date(startedMs).toISOString(),
    pid: 4711,
    host: 'here',
    store: 's3://acme-audit/altr',
    inputs: 1,
    work: 'work',
    job: 'job',
    ...more,
  };
}

export function endOf(
  id: string,
  startedMs: number,
  eventsMs: readonly number[] = [],
  more: Partial<EndRecord> = {},
): EndRecord {
  return {
    ...beginOf(id, startedMs),
    record: 'end',
    endedAt: new Date(startedMs + 1000).toISOString(),
    outcome: 'delivered',
    exitCode: 0,
    reason: null,
    ...progressOf(eventsMs),
    ...more,
  };
}

export function markOf(id: string, atMs: number, eventsMs: readonly number[] = []): MarkRecord {
  return {
    record: 'mark',
    version: 1,
    id,
    at: new Date(atMs).toISOString(),
    ...progressOf(eventsMs),
  };
}

export const linesOf = (...records: readonly object[]): string[] =>
  records.map((record) => JSON.stringify(record));
