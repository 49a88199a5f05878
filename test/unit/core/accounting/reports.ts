import type { PushReport } from '../../../../src/core/accounting/push-report.ts';

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

/** The report of a run that read nothing. */
export const first: PushReport = {
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
  waiting: [],
  problems: [],
  lateness: [],
  throughput: { linesPerSecond: 0, bytesPerSecond: 0 },
  error: null,
};

/** The report of a run over one source that delivered so many lines into one partition. */
export function runOf(name: string, lines: number, bad = 0): PushReport {
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
