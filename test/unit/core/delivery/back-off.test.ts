import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { pauseMs } from '../../../../src/core/delivery/retry/back-off.ts';

const backOff = { firstMs: 100, mostMs: 20_000 };

test.each([
  [1, 100],
  [2, 200],
  [5, 1600],
  [8, 12_800],
  [9, 20_000],
  [500, 20_000],
  [5000, 20_000],
])('after failure %d a pause is at most %d ms', (failures, most) => {
  expect(pauseMs(backOff, failures, 0)).toBe(0);
  expect(pauseMs(backOff, failures, 0.5)).toBe(most / 2);
  expect(pauseMs(backOff, failures, 1 - Number.EPSILON)).toBe(most);
});

test('a pause is never longer than the longest, and those who failed together spread over all of it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.integer({ min: 1, max: 60_000 }),
      fc.integer({ min: 1, max: 2000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (firstMs, mostMs, failures, fraction) => {
        const pause = pauseMs({ firstMs, mostMs }, failures, fraction);
        expect(pause).toBeGreaterThanOrEqual(0);
        expect(pause).toBeLessThanOrEqual(mostMs);
        expect(Number.isInteger(pause)).toBe(true);
      },
    ),
  );
});
