import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayLayout, hourLayout, parseLayout, renderLayout } from '../../../../src/core/layout/layout.ts';
import { objectKey } from '../../../../src/core/layout/object-key.ts';
import { buildKeyReader, listingsFor, mayHold } from '../../../../src/core/readers/stored-object.ts';
import { parseTimeRange } from '../../../../src/core/readers/find/time-range.ts';

const layouts = [
  dayLayout,
  hourLayout,
  '{yyyy}/{MM}/{type}',
  'logs/{type}/{date}/{HH}',
  '{date}',
  '{dd}{MM}{yyyy}/{type}',
];
const hour = 3_600_000;

test('what may hold a wanted event is never left out, whatever the layout, and its listing sees it', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...layouts),
      fc.constantFrom('query', 'alert', 'native-query'),
      fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2030, 0) }),
      fc.tuple(fc.integer({ min: -40 * 24, max: 40 * 24 }), fc.integer({ min: 1, max: 24 * 40 })),
      (layout, type, timeMs, [from, length]) => {
        const folder = renderLayout(parseLayout(layout), type, timeMs);
        const key = objectKey({
          prefix: '',
          folder,
          earliestMs: timeMs,
          sha256: 'ab'.repeat(32),
          extension: '.jsonl.gz',
        });
        const sinceMs = timeMs + from * hour;
        const wanted = { types: [type], sinceMs, untilMs: sinceMs + length * hour };
        const facts = buildKeyReader(layout)(key);
        expect(facts).toMatchObject({ earliestMs: timeMs, hash: 'ab'.repeat(16) });
        if (facts === undefined) return;
        // An event of the object's partition that is wanted: the earliest, or the last moment of the same hour.
        for (const eventMs of [timeMs, (Math.floor(timeMs / hour) + 1) * hour - 1]) {
          if (eventMs < wanted.sinceMs || eventMs >= wanted.untilMs) continue;
          expect(mayHold(facts, wanted)).toBe(true);
          const seen = listingsFor(layout, wanted).some(
            ({ prefix, startAfter = '', end = '\uffff' }) =>
              key.startsWith(prefix) && key > startAfter && key < end,
          );
          expect(seen).toBe(true);
        }
        expect(facts.type !== undefined && mayHold(facts, { ...wanted, types: ['system'] })).toBe(false);
      },
    ),
  );
});

test('days that are not asked for are not listed', () => {
  const september = (day: number): number => Date.UTC(2026, 8, day);
  const wanted = { types: ['query'], sinceMs: september(10), untilMs: september(11) };
  expect(listingsFor(dayLayout, wanted)).toEqual([
    {
      prefix: 'audit_type=query/',
      startAfter: 'audit_type=query/event_date=2026-09-09',
      end: 'audit_type=query/event_date=2026-09-110',
    },
  ]);
  const read = buildKeyReader(dayLayout);
  const name = `20260909T235959999Z-${'0'.repeat(32)}.jsonl.gz`;
  expect(mayHold(read(`audit_type=query/event_date=2026-09-09/${name}`)!, wanted)).toBe(false);
});

test.each([
  `_audit-export/log/20260909T235959999Z-${'0'.repeat(32)}.jsonl.gz`,
  `audit_type=query/event_date=2026-09-09/_tmp/20260909T235959999Z-${'0'.repeat(32)}.jsonl.gz`,
  'audit_type=query/event_date=2026-09-09/part-0001.parquet',
])('%s is no object of events', (key) => {
  expect(buildKeyReader(dayLayout)(key)).toBeUndefined();
});

const now = Date.UTC(2026, 8, 10, 12);
test.each([
  { since: '2026-09-01', until: '2026-09-02', from: Date.UTC(2026, 8, 1), to: Date.UTC(2026, 8, 3) },
  { since: 'yesterday', until: 'yesterday', from: Date.UTC(2026, 8, 9), to: Date.UTC(2026, 8, 10) },
  { since: '7d', until: undefined, from: Date.UTC(2026, 8, 3, 12), to: undefined },
  {
    since: '2026-09-01T10:00:00+02:00',
    until: 'today',
    from: Date.UTC(2026, 8, 1, 8),
    to: Date.UTC(2026, 8, 11),
  },
])('--since $since --until $until', ({ since, until, from, to }) => {
  expect(parseTimeRange({ since, until }, now)).toEqual({ sinceMs: from, untilMs: to });
});

test.each([{ since: 'soon' }, { since: '2026-02-30' }, { since: 'today', until: 'yesterday' }])(
  '%o is refused',
  ({ since, until }) => {
    expect(() => parseTimeRange({ since, until }, now)).toThrow(/no time|not before/);
  },
);
