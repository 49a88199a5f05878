import { array, assert, constantFrom, integer, nat, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventTimes } from '../../../../src/core/runs/event-times.ts';
import { hourMs, mondayMs } from './recording.ts';

const typeNames = ['query', 'never', 'alert'];
const nowMs = mondayMs + 10 * hourMs;

interface Event {
  ms: number;
  type: number;
}

function timesOf(...chunks: readonly (readonly Event[])[]): EventTimes {
  const times = new EventTimes();
  for (const events of chunks) {
    const lineTimes = Float64Array.from(events, ({ ms }) => ms);
    times.addChunk({ lineTimes, lineTypes: Uint8Array.from(events, ({ type }) => type) }, typeNames, nowMs);
  }
  return times;
}

const someEvents = array(record({ ms: integer({ min: mondayMs, max: nowMs }), type: constantFrom(0, 2) }), {
  maxLength: 20,
});

describe('times of events', () => {
  test('each type has its own first and last', () => {
    const [early, late] = [mondayMs + 5, mondayMs + 3 * hourMs];
    expect(
      timesOf([
        { ms: early, type: 0 },
        { ms: mondayMs, type: 2 },
        { ms: late, type: 0 },
      ]).times(),
    ).toEqual({
      query: { earliest: new Date(early).toISOString(), latest: new Date(late).toISOString() },
      alert: { earliest: new Date(mondayMs).toISOString(), latest: new Date(mondayMs).toISOString() },
    });
  });

  test('an event ahead of the clock would hide silence, and is left out', () => {
    const times = timesOf([
      { ms: nowMs + 1, type: 0 },
      { ms: nowMs, type: 0 },
      { ms: nowMs + 1, type: 2 },
    ]).times();
    expect(times).toEqual({
      query: { earliest: new Date(nowMs).toISOString(), latest: new Date(nowMs).toISOString() },
    });
  });

  test('the same events in other chunks, again, or in batches that are merged, say the same', () => {
    assert(
      property(someEvents, nat(20), (events, cut) => {
        const whole = timesOf(events).times();
        const [some, others] = [events.slice(0, cut), events.slice(cut)];
        expect(timesOf(some, others, events).times()).toEqual(whole);
        const merged = timesOf(some);
        merged.merge(timesOf(others));
        expect(merged.times()).toEqual(whole);
      }),
    );
  });
});
