import { expect, test } from 'vitest';
import { LatenessHistogram } from '../../../../src/core/accounting/lateness.ts';

const hour = 3_600_000;
const day = 24 * hour;

test.each([
  [-1, 'in the future'],
  [0, 'up to 1 hour'],
  [hour - 1, 'up to 1 hour'],
  [hour + 1, 'up to 1 day'],
  [day - 1, 'up to 1 day'],
  [day + 1, 'up to 7 days'],
  [7 * day + 1, 'up to 30 days'],
  [30 * day + 1, 'up to 1 year'],
  [365 * day + 1, 'older'],
  [20_000 * day, 'older'],
])('an event that is %d ms old is "%s"', (age, label) => {
  const histogram = new LatenessHistogram(1e13);
  histogram.add(1e13 - age);
  expect(histogram.rows()).toEqual([{ age: label, lines: 1 }]);
});

test('the steps come from the newest to the oldest, without the empty ones', () => {
  const histogram = new LatenessHistogram(1e13);
  for (const age of [400 * day, 0, 2 * day, 5, -5]) histogram.add(1e13 - age);
  expect(histogram.rows()).toEqual([
    { age: 'in the future', lines: 1 },
    { age: 'up to 1 hour', lines: 2 },
    { age: 'up to 7 days', lines: 1 },
    { age: 'older', lines: 1 },
  ]);
});
