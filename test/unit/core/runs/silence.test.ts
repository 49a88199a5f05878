import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Silence } from '../../../../src/core/runs/silence.ts';
import { judgeSilence } from '../../../../src/core/runs/silence.ts';
import { hourOf } from '../../../../src/core/runs/spoken-hours.ts';
import { mondayMs } from './recording.ts';

const monday = hourOf(mondayMs);
const week = 168;

/** Fractions of 0 to 1, the same in every run. */
function seededFractions(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Whether the type speaks in an hour: the hour of the week (0 is Monday, 00:00) and a fraction of chance. */
type Calendar = (hourOfWeek: number, chance: number) => boolean;

const calendars: Readonly<Record<string, Calendar>> = {
  'day and night': () => true,
  'day and night, with pauses': (_, chance) => chance < 0.7,
  'working hours of weekdays': (hour, chance) =>
    hour < 5 * 24 && hour % 24 >= 8 && hour % 24 < 18 && chance < 0.97,
  'mornings of weekdays': (hour, chance) => hour < 5 * 24 && hour % 24 >= 9 && hour % 24 < 12 && chance < 0.9,
  'a nightly batch': (hour) => hour % 24 === 2,
  'a nightly batch on weekdays': (hour) => hour < 5 * 24 && hour % 24 === 2,
  'a batch that is later every second day': (hour) => hour % 24 === (hour % 48 < 24 ? 2 : 4),
  'every six hours': (hour) => hour % 6 === 0,
  'sparse alerts': (_, chance) => chance < 0.05,
  'rare alerts': (_, chance) => chance < 0.015,
};

/** The hours in which a calendar spoke, over so many hours from the first Monday on. */
function spokenIn(calendar: Calendar, hours: number, seed: number): number[] {
  const chance = seededFractions(seed);
  return Array.from({ length: hours }, (_, hour) => hour + monday).filter((hour) =>
    calendar((hour - monday) % week, chance()),
  );
}

/** What is said at an hour, of the hours before it that are kept. */
function judgedAt(spoken: readonly number[], hour: number): Silence {
  const heard = spoken.filter((other) => other < hour);
  const oldest = (heard.at(-1) ?? 0) - 30 * 24;
  return judgeSilence(
    heard.filter((other) => other > oldest),
    hour,
  );
}

const seeds = [3, 17, 2026];

describe.each(Object.entries(calendars))('%s', (_, calendar) => {
  test('no false alarm, at any hour of ten weeks', () => {
    for (const seed of seeds) {
      const spoken = spokenIn(calendar, 10 * week, seed);
      const alarms = Array.from({ length: 10 * week }, (_, hour) => hour + monday).filter(
        (hour) => judgedAt(spoken, hour).state === 'silent',
      );
      expect(alarms, `seed ${seed}`).toEqual([]);
    }
  });
});

describe('a type that stops is told', () => {
  test.each<[string, number]>([
    ['day and night', 6],
    ['day and night, with pauses', 24],
    ['working hours of weekdays', 4 * 24],
    ['mornings of weekdays', 7 * 24],
    ['a nightly batch', 4 * 24],
    ['a nightly batch on weekdays', 6 * 24],
    ['a batch that is later every second day', 5 * 24],
    ['every six hours', 24],
    ['sparse alerts', 17 * 24],
  ])('%s: within %d hours, and it stays told', (name, bound) => {
    for (const seed of seeds) {
      const spoken = spokenIn(calendars[name] as Calendar, 5 * week, seed);
      const last = spoken.at(-1) ?? 0;
      for (let hour = last + bound; hour < last + bound + 3 * week; hour += 5)
        expect(judgedAt(spoken, hour).state, `seed ${seed}, ${hour - last} hours after the last`).toBe(
          'silent',
        );
    }
  });

  test('working hours: a stop on Tuesday morning is told the same day, not after the week-end', () => {
    const calendar = calendars['working hours of weekdays'] as Calendar;
    const stop = monday + 4 * week + 24 + 10;
    const spoken = spokenIn(calendar, 5 * week, 5).filter((hour) => hour < stop);
    expect(judgedAt(spoken, stop + 8).state).toBe('silent');
    expect(judgedAt(spoken, stop + 2).state).toBe('speaking');
  });
});

const anyHours = fc
  .uniqueArray(fc.integer({ min: 0, max: 720 }), { minLength: 0, maxLength: 200 })
  .map((hours) => hours.map((hour) => hour + monday).toSorted((a, b) => a - b));

describe('whatever was heard', () => {
  test('a pause that is no longer than one before is no alarm', () => {
    fc.assert(
      fc.property(anyHours, fc.nat(300), (spoken, pause) => {
        const longest = Math.max(0, ...spoken.slice(1).map((hour, at) => hour - (spoken[at] ?? 0)));
        const { state } = judgeSilence(spoken, (spoken.at(-1) ?? monday) + Math.min(pause, longest));
        expect(state).not.toBe('silent');
      }),
    );
  });

  test('what is silent stays so until it speaks', () => {
    fc.assert(
      fc.property(anyHours, fc.nat(1000), fc.nat(1000), (spoken, pause, more) => {
        const last = spoken.at(-1) ?? monday;
        fc.pre(judgeSilence(spoken, last + pause).state === 'silent');
        expect(judgeSilence(spoken, last + pause + more).state).toBe('silent');
      }),
    );
  });

  test('the same in another year says the same', () => {
    fc.assert(
      fc.property(anyHours, fc.nat(1000), fc.integer({ min: 1, max: 60 }), (spoken, pause, weeks) => {
        const until = (spoken.at(-1) ?? monday) + pause;
        const later = spoken.map((hour) => hour + weeks * week);
        expect(judgeSilence(later, until + weeks * week)).toEqual(judgeSilence(spoken, until));
      }),
    );
  });

  test('what was read but not yet later than its last event is no silence', () => {
    fc.assert(
      fc.property(anyHours, fc.nat(100), (spoken, before) => {
        const { state, quietHours } = judgeSilence(spoken, (spoken.at(-1) ?? monday) - before);
        expect([state === 'silent', quietHours]).toEqual([false, 0]);
      }),
    );
  });
});

test.each([
  ['nothing was ever heard', []],
  ['it spoke in a few hours only', [0, 24, 48, 72, 96]],
  ['it spoke a lot, but for two days only', Array.from({ length: 48 }, (_, hour) => hour)],
])('it is too early to tell when %s', (_, hours) => {
  const spoken = hours.map((hour) => hour + monday);
  expect(judgeSilence(spoken, monday + 10_000)).toMatchObject({ state: 'too-early', limitHours: null });
});
