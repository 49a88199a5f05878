import { assert, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { parseDuration, printDuration } from '../../../../src/core/language/duration.ts';

test('what is printed is read as the same, in the largest unit that is whole', () => {
  assert(
    property(integer({ min: 1, max: 999_999_999 }), (ms) => {
      expect(parseDuration(printDuration(ms))).toBe(ms);
    }),
  );
  expect([1, 90_000, 3_600_000, 36 * 3_600_000, 172_800_000].map(printDuration)).toEqual([
    '1ms',
    '90s',
    '1h',
    '36h',
    '2d',
  ]);
});
