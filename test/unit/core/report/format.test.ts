import { describe, expect, test } from 'vitest';
import { formatBytes, formatCount, formatDuration } from '../../../../src/core/report/format.ts';
import { layoutTable } from '../../../../src/core/report/table.ts';

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [1234567, '1,234,567'],
  [100000, '100,000'],
])('%d is written %s', (count, text) => {
  expect(formatCount(count)).toBe(text);
});

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1536, '1.5 KiB'],
  [102400, '100 KiB'],
  [1024 ** 3, '1.0 GiB'],
  [1024 ** 5, '1024 TiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [-5, '0.0 s'],
  [0, '0.0 s'],
  [1234, '1.2 s'],
  [9949, '9.9 s'],
  [10_000, '10 s'],
  [59_400, '59 s'],
  [61_000, '1 min 1 s'],
  [3_660_000, '1 h 1 min'],
])('%d ms are %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

describe('a table', () => {
  test('has names to the left and numbers to the right', () => {
    expect(
      layoutTable([
        ['Type', 'lines'],
        ['query', '5'],
        ['a', '1,000'],
      ]),
    ).toEqual(['Type   lines', 'query      5', 'a      1,000']);
  });

  test('of nothing is empty', () => {
    expect(layoutTable([])).toEqual([]);
  });
});
