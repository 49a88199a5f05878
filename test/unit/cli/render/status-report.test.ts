import { describe, expect, test } from 'vitest';
import { renderStatusReport } from '../../../../src/cli/render/delivery/status-report.ts';
import { formatAge, formatHours, formatMinute } from '../../../../src/cli/render/delivery/status-words.ts';
import type {
  ProfileStatus,
  StatusReport,
  StatusRun,
} from '../../../../src/commands/status/status-report.ts';

const same = (text: string): string => text;
const plain = { strong: same, faint: same, good: same, bad: same, warn: same };
const marked = { ...plain, bad: (text: string) => `BAD ${text}`, warn: (text: string) => `WARN ${text}` };

const run: StatusRun = {
  id: 'a',
  command: 'push',
  store: 's3://acme-audit/altr',
  host: 'here',
  pid: 1,
  startedAt: '2026-11-22T08:00:00.000Z',
  endedAt: '2026-11-22T08:00:03.200Z',
  seconds: 3.2,
  attempt: 1,
  outcome: 'delivered',
  exitCode: 0,
  reason: null,
  inputs: 1,
  lines: { read: 1234, delivered: 1230, alreadyDelivered: 0, quarantined: 4 },
  objects: 2,
  bytes: 10,
  retries: { throttled: 12 },
};

const profile: ProfileStatus = {
  profile: 'acme',
  state: 'active',
  store: 's3://acme-audit/altr',
  folders: ['/state/acme'],
  lastSuccess: '2026-11-22T08:00:03.200Z',
  accessTest: null,
  locks: [],
  spool: { files: 2, bytes: 2048, oldest: '2026-11-22T08:30:00.000Z' },
  quarantine: { folders: ['/q'], lists: 1, lines: 4 },
  runs: [run],
  runsKnown: 1,
  runsSummarised: 0,
  types: [],
  proposal: null,
  problems: [],
};

const shown = (
  more: Partial<ProfileStatus>,
  {
    palette = plain,
    verbose = false,
    columns,
  }: { palette?: typeof plain; verbose?: boolean; columns?: number } = {},
): string[] => {
  const report: StatusReport = {
    report: 'status',
    version: 1,
    at: '2026-11-22T09:00:00.000Z',
    configuration: { file: '/c.json', lookedFor: ['/c.json'] },
    dismissed: [],
    profiles: [{ ...profile, ...more }],
  };
  return renderStatusReport(report, palette, { verbose, columns }).split('\n');
};

test('a profile where all is well', () => {
  expect(shown({})).toEqual([
    'acme (active) → s3://acme-audit/altr',
    '  Last success  2026-11-22 08:00, 59 min 57 s ago',
    '  Access test   none known',
    '  Spool         2.0 KiB in 2 files, the oldest 30 min 0 s ago',
    '  Quarantine    4 lines in 1 list',
    '  State         /state/acme',
    '',
    'Run (UTC)         outcome     took  try  delivered  set aside',
    '2026-11-22 08:00  delivered  3.2 s    1      1,230          4',
    '',
    'Nothing needs a look.',
    '',
  ]);
});

describe('a run', () => {
  test('that is no push says what it is; with --verbose, what was sent again', () => {
    const replay = { ...run, command: 'quarantine replay' };
    expect(shown({ runs: [replay] })).toContain('    quarantine replay');
    expect(shown({ runs: [run] }, { verbose: true })).toContain('    sent again: throttled 12');
    expect(shown({ runs: [run] }).join('\n')).not.toContain('throttled');
  });

  test.each([
    ['failed', 'BAD 2026'],
    ['crashed', 'BAD 2026'],
    ['interrupted', 'WARN 2026'],
    ['unknown', 'WARN 2026'],
    ['running', '2026'],
    ['delivered', '2026'],
  ] as const)('that is %s begins its row with %s', (outcome, start) => {
    const rows = shown({ runs: [{ ...run, outcome }] }, { palette: marked });
    expect(rows.filter((row) => row.startsWith(`${start}-11-22 08:00`))).toHaveLength(1);
  });

  test('of which nothing is known but its beginning has no numbers, rather than zeros', () => {
    const begun = { ...run, outcome: 'crashed', endedAt: null, seconds: null, lines: null } as const;
    expect(shown({ runs: [begun] })[8]).toMatch(/crashed +- +1 +- +-$/);
  });
});

test('what is long is broken where the terminal ends', () => {
  const long = 'word '.repeat(60).trim();
  const reason = { code: 'store-failed', message: long, cure: null };
  const rows = shown(
    {
      runs: [{ ...run, outcome: 'failed', reason }],
      problems: [{ problem: 'last-run-failed', message: long, cure: long }],
    },
    { columns: 80 },
  );
  expect(rows.filter((row) => row.length > 80)).toEqual([]);
  expect(rows.join(' ').match(/word/g)).toHaveLength(180);
});

test.each([
  [0, '0 h'],
  [47, '47 h'],
  [48, '2 d'],
  [123, '5 d 3 h'],
])('%d hours are %s', (hours, text) => {
  expect(formatHours(hours)).toBe(text);
});

test('ages and instants are as exact as one needs', () => {
  expect([formatAge(1500), formatAge(90 * 60_000), formatAge(50 * 3_600_000 + 1)]).toEqual([
    '1.5 s',
    '1 h 30 min',
    '2 d 2 h',
  ]);
  expect(formatMinute('2026-11-22T08:00:59.999Z')).toBe('2026-11-22 08:00');
});
