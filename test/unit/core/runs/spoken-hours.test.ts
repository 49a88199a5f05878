import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  SpokenHours,
  decodeHours,
  encodeHours,
  hourOf,
  keptHours,
  mergeHours,
} from '../../../../src/core/runs/spoken-hours.ts';
import { hourMs, mondayMs } from './recording.ts';

const monday = hourOf(mondayMs);
const someHours = fc
  .uniqueArray(fc.integer({ min: monday, max: monday + keptHours - 1 }), { maxLength: 60 })
  .map((hours) => hours.toSorted((a, b) => a - b));

function chunkOf(times: readonly number[], types = times.map(() => 0)): never {
  return { lineTimes: Float64Array.from(times), lineTypes: Uint8Array.from(types) } as never;
}

describe('hours as text', () => {
  test('hours that follow on each other are one spell', () => {
    expect(encodeHours([monday, monday + 1, monday + 2, monday + 5])).toEqual([
      '2026-01-05T00+3',
      '2026-01-05T05+1',
    ]);
  });

  test('what is written is read back', () => {
    fc.assert(
      fc.property(someHours, (hours) => {
        expect(decodeHours(encodeHours(hours))).toEqual(hours);
      }),
    );
  });

  test.each(['', 'yesterday', '2026-01-05', '2026-13-41T99+1', '2026-01-05T00+-1', '2026-01-05T00+99999'])(
    '%j is no spell, and is left out',
    (text) => expect(decodeHours([text])).toEqual([]),
  );

  test('merging does not depend on order or repeats', () => {
    fc.assert(
      fc.property(someHours, someHours, (some, others) => {
        const merged = mergeHours(some, others);
        expect(merged).toEqual([...new Set([...some, ...others])].toSorted((a, b) => a - b));
        expect(mergeHours(others, some)).toEqual(merged);
        expect(mergeHours(merged, some)).toEqual(merged);
      }),
    );
  });

  test('what lies more than 30 days before the last hour is dropped', () => {
    expect(mergeHours([monday, monday + 1], [monday + keptHours])).toEqual([monday + 1, monday + keptHours]);
  });
});

describe('hours of events', () => {
  const nowMs = mondayMs + 10 * hourMs;

  test('each type has its own, with its first and last event', () => {
    const spoken = new SpokenHours(['query', 'alert', 'never']);
    spoken.addChunk(
      chunkOf([mondayMs + 5, mondayMs, mondayMs + 3 * hourMs, mondayMs + 7], [0, 1, 0, 0]),
      nowMs,
    );
    expect(spoken.hours()).toEqual({
      query: ['2026-01-05T00+1', '2026-01-05T03+1'],
      alert: ['2026-01-05T00+1'],
    });
    expect(spoken.times()).toEqual({
      query: { earliest: '2026-01-05T00:00:00.005Z', latest: '2026-01-05T03:00:00.000Z' },
      alert: { earliest: '2026-01-05T00:00:00.000Z', latest: '2026-01-05T00:00:00.000Z' },
    });
  });

  test('an hour of the future would hide silence, and is left out', () => {
    const spoken = new SpokenHours(['query']);
    spoken.addChunk(chunkOf([nowMs + hourMs, nowMs]), nowMs);
    expect(spoken.hours()).toEqual({ query: ['2026-01-05T10+1'] });
  });

  test('the same events again, cut in another way, change nothing', () => {
    const times = fc.array(fc.integer({ min: mondayMs, max: nowMs }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(times, fc.nat(40), (events, cut) => {
        const whole = new SpokenHours(['query']);
        whole.addChunk(chunkOf(events), nowMs);
        const twice = new SpokenHours(['query']);
        for (const part of [events.slice(0, cut), events.slice(cut), events])
          twice.addChunk(chunkOf(part), nowMs);
        expect(twice.hours()).toEqual(whole.hours());
        expect(twice.times()).toEqual(whole.times());
      }),
    );
  });

  test('batches that are merged say the same as one, whatever types they hold', () => {
    const event = fc.record({ ms: fc.integer({ min: mondayMs, max: nowMs }), type: fc.constantFrom(0, 2) });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), fc.nat(20), (events, cut) => {
        const heard = (some: typeof events): SpokenHours => {
          const spoken = new SpokenHours(['query', 'never', 'alert']);
          const [times, types] = [some.map(({ ms }) => ms), some.map(({ type }) => type)];
          spoken.addChunk(chunkOf(times, types), nowMs);
          return spoken;
        };
        const merged = heard([]);
        for (const batch of [events.slice(0, cut), events.slice(cut)]) merged.merge(heard(batch));
        expect([merged.hours(), merged.times()]).toEqual([heard(events).hours(), heard(events).times()]);
      }),
    );
  });

  test('a run that lasts for a year keeps the hours of its last 30 days', () => {
    const spoken = new SpokenHours(['query']);
    for (let hour = 0; hour < 365 * 24; hour++) {
      const ms = mondayMs + hour * hourMs;
      spoken.addChunk(chunkOf([ms]), ms);
    }
    const hours = decodeHours(spoken.hours()['query'] ?? []);
    expect(hours).toHaveLength(keptHours);
    expect(hours.at(-1)).toBe(monday + 365 * 24 - 1);
  });
});
