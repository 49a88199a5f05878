import { expect, test } from 'vitest';
import { monthOf, prices, scanPrice } from '../../../../src/core/report/prices.ts';

const facts = { compressedBytes: 1e12, earliest: '2026-09-01T23:59:00Z', latest: '2026-09-03T00:01:00Z' };

test('a month is thirty days like those of the run, counted as days of UTC', () => {
  const month = monthOf({ ...facts, objects: Array.from({ length: 300 }) });
  expect(month?.objects).toBe(3000);
  expect(month?.putUsd).toBeCloseTo(0.015);
  expect(month?.getUsd).toBeCloseTo(0.0012);
  expect(month?.scanUsd).toBeCloseTo(50);
});

test('nothing is said of nothing', () => {
  expect(monthOf({ ...facts, objects: [] })).toBeUndefined();
  expect(monthOf({ ...facts, objects: [1], earliest: null })).toBeUndefined();
});

test('a small scan costs what ten megabytes do', () => {
  expect(scanPrice(1)).toBeCloseTo(0.00005);
  expect(scanPrice(1e12)).toBeCloseTo(5);
});

test('prices say from when and where they are', () => {
  expect(prices.asOf).toMatch(/^\d{4}-\d\d-\d\d$/);
  for (const source of prices.sources) expect(source).toMatch(/^https:\/\/aws\.amazon\.com\//);
});
