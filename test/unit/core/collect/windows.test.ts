import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTimeOrAge } from '../../../../src/core/collect/statement/time-words.ts';
import {
  firstStart,
  readableUntil,
  spansOf,
  windowEnd,
  windowOf,
  windowStart,
} from '../../../../src/core/collect/windows.ts';

const hour = 3_600_000_000_000n;
const at = (iso: string): bigint => BigInt(Date.parse(iso)) * 1_000_000n;
const rules = { windowNs: hour, settleNs: 3n * hour, overlapNs: 48n * hour };

test.each([
  ['in a window', '2026-03-01T12:34:56Z', '2026-03-01T12:00:00Z', '2026-03-01T13:00:00Z'],
  ['on a boundary', '2026-03-01T12:00:00Z', '2026-03-01T12:00:00Z', '2026-03-01T13:00:00Z'],
  ['before 1970', '1969-12-31T23:30:00Z', '1969-12-31T23:00:00Z', '1970-01-01T00:00:00Z'],
])('windows lie on multiples of their length: %s', (_, time, from, until) => {
  expect(windowOf(at(time), hour)).toEqual({ fromNs: at(from), untilNs: at(until) });
});

describe('spans', () => {
  test('together they are the range, in order, cut at boundaries, none longer than allowed', () => {
    const times = fc.bigInt({ min: 0n, max: 400n * hour });
    const spans = fc.bigInt({ min: 1n, max: 50n * hour });
    fc.assert(
      fc.property(times, times, spans, (a, b, spanNs) => {
        const [fromNs, untilNs] = a < b ? [a, b] : [b, a];
        let reached = fromNs;
        for (const span of spansOf({ fromNs, untilNs }, hour, spanNs)) {
          expect(span.fromNs).toBe(reached);
          expect(span.untilNs).toBeGreaterThan(span.fromNs);
          expect(span.untilNs === untilNs || span.untilNs % hour === 0n).toBe(true);
          const most = spanNs > hour ? spanNs : hour;
          expect(span.untilNs - span.fromNs).toBeLessThanOrEqual(most);
          reached = span.untilNs;
        }
        expect(reached).toBe(untilNs);
      }),
    );
  });
});

test.each([
  ['whole windows before the clock less the settle time', undefined, '2026-03-01T12:00:00Z'],
  ['an earlier end that was asked for', '2026-03-01T05:30:00Z', '2026-03-01T05:00:00Z'],
  ['not beyond what is settled', '2026-03-01T15:00:00Z', '2026-03-01T12:00:00Z'],
])('it is read up to %s', (_, until, expected) => {
  const untilNs = until === undefined ? undefined : at(until);
  expect(readableUntil(at('2026-03-01T15:59:00Z'), untilNs, rules)).toBe(at(expected));
});

test.each([
  ['an overlap before the end', undefined, '2026-02-27T12:00:00Z'],
  ['the window of what was asked for', '2026-02-01T10:20:00Z', '2026-02-01T10:00:00Z'],
  ['what Snowflake still keeps', '2020-01-01T00:00:00Z', '2025-02-28T15:00:00Z'],
])('a first run begins at %s', (_, since, expected) => {
  const now = { nowNs: at('2026-03-01T15:59:00Z'), untilNs: at('2026-03-01T12:00:00Z') };
  expect(firstStart(now, since === undefined ? undefined : at(since), rules)).toBe(at(expected));
});

describe('times', () => {
  const nowNs = at('2026-03-10T00:00:00Z');
  test.each([
    ['2026-03-01', '2026-03-01T00:00:00Z'],
    ['2026-03-01T12:00:00Z', '2026-03-01T12:00:00Z'],
    ['2026-03-01 12:00:00 +0200', '2026-03-01T10:00:00Z'],
    ['9d', '2026-03-01T00:00:00Z'],
    ['36h', '2026-03-08T12:00:00Z'],
  ])('%s', (text, expected) => {
    expect(parseTimeOrAge('since', text, nowNs)).toBe(at(expected));
  });

  test.each(['', 'yesterday', '2026-02-30', '90', '-1d', '1y'])('%j is none', (text) => {
    expect(() => parseTimeOrAge('since', text, nowNs)).toThrow('--since');
  });
});

test('the end of a window is its first boundary, and of the next one the beginning', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 10n ** 19n }),
      fc.bigInt({ min: 1n, max: 10n ** 14n }),
      (ns, windowNs) => {
        expect(windowStart(windowEnd(ns, windowNs), windowNs)).toBe(windowEnd(ns, windowNs));
        expect(windowEnd(ns, windowNs)).toBeGreaterThan(ns);
      },
    ),
  );
});
