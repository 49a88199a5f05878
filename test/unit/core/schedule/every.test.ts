import { describe, expect, test } from 'vitest';
import {
  cronHours,
  dividesDay,
  hoursOfDay,
  minuteOf,
  parseEvery,
} from '../../../../src/core/schedule/every.ts';

const allHours = Array.from({ length: 24 }, (_, index) => index + 1);

test.each([
  ['1h', 1],
  ['24h', 24],
  ['360m', 6],
  ['1d', 24],
])('%s is every %d hours', (text, hours) => {
  expect(parseEvery(text)).toBe(hours);
});

test.each(['0h', '25h', '1.5h', '90m', '-1h', '', 'h', '2d', '1h30m'])('%j is refused', (text) => {
  expect(() => parseEvery(text)).toThrow('from 1 to 24');
});

describe.each(allHours)('every %d hours', (hours) => {
  test('cron runs at the hours that are said', () => {
    const fields: Record<string, number[]> = { '*': hoursOfDay(1), '0': [0] };
    const field = cronHours(hours);
    const step = Number(/^\*\/(\d+)$/.exec(field)?.[1]);
    const ran = fields[field] ?? hoursOfDay(1).filter((hour) => hour % step === 0);
    expect(ran).toEqual(hoursOfDay(hours));
  });

  test('no gap is longer, and none is shorter where the hours divide the day', () => {
    const ran = hoursOfDay(hours);
    const gaps = ran.map((hour, index) => (ran[index + 1] ?? 24) - hour);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(hours);
    expect(new Set(gaps).size === 1 && gaps[0] === hours).toBe(dividesDay(hours));
  });
});

test('the minute is one of the hour, the same for the same name, and differs between names', () => {
  const minutes = Array.from({ length: 200 }, (_, index) => minuteOf(`audit-export-${index}`));
  expect(minuteOf('audit-export-acme')).toBe(minuteOf('audit-export-acme'));
  expect(minutes.filter((minute) => !Number.isInteger(minute) || minute < 0 || minute > 59)).toEqual([]);
  expect(new Set(minutes).size).toBeGreaterThan(40);
});
