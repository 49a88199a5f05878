import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { builtInRules, classify, filedLines } from './classifying.ts';

interface Expected {
  fixture: string;
  type: string;
  eventTimeMs: number;
  date: string;
}

const folder = new URL('../../../fixtures/', import.meta.url);
const expected = JSON.parse(readFileSync(new URL('expected-events.json', folder), 'utf8')) as Expected[];
const lineOf = (fixture: string): Buffer => readFileSync(new URL(`events/${fixture}.jsonl`, folder));
const rules = builtInRules({ layout: 'audit_type={type}/event_date={date}' });

describe("the vendors' own samples", () => {
  test.each(expected)('$fixture is filed as $type on $date', ({ fixture, type, eventTimeMs, date }) => {
    const line = lineOf(fixture);
    const chunk = classify(line, rules);
    expect(chunk.bad).toEqual([]);
    expect(filedLines(chunk, rules)).toEqual([
      {
        folder: `audit_type=${type}/event_date=${date}`,
        type,
        timeMs: eventTimeMs,
        bytes: line.subarray(0, -1),
      },
    ]);
  });

  test('every fixture has an expectation', () => {
    const names = readdirSync(new URL('events', folder)).filter((name) => name.endsWith('.jsonl'));
    expect(names.map((name) => name.slice(0, -6)).toSorted()).toEqual(
      expected.map(({ fixture }) => fixture).toSorted(),
    );
  });
});

describe('fields that contradict each other are a warning, and the event is filed', () => {
  test("the query sample's eventTime is twenty years before its completedTime", () => {
    const chunk = classify(Buffer.concat([lineOf('system'), lineOf('query'), lineOf('query')]), rules);
    expect(chunk.warnings).toEqual([
      { type: 'query', warning: 'eventTime and completedTime differ', lines: 2, firstLine: 1 },
    ]);
    expect(chunk.lineTimes).toHaveLength(3);
  });

  test("the native query sample's duration is its end less its start: no warning", () => {
    expect(classify(lineOf('native-query-pascal-iso'), rules).warnings).toEqual([]);
    expect(classify(lineOf('native-query-camel-times'), rules).warnings).toEqual([]);
  });

  test.each([
    ['native-query-pascal-iso', 'Duration', 'Duration is not EndTime - StartTime'],
    ['native-query-camel-times', 'duration', 'duration is not endTime - startTime'],
  ])('a duration in %s that is off by more than a millisecond is one', (fixture, field, warning) => {
    const event = JSON.parse(lineOf(fixture).toString()) as Record<string, number>;
    const withDuration = (off: number): string =>
      JSON.stringify({ ...event, [field]: (event[field] ?? 0) + off });
    expect(classify(withDuration(1), rules).warnings).toEqual([]);
    expect(classify(withDuration(-2), rules).warnings).toMatchObject([
      { type: 'native-query', warning, lines: 1, firstLine: 0 },
    ]);
  });

  test.each([null, 'nonsense', {}, '2020-02-30 00:00:00Z'])(
    'a completedTime of %j can not be compared: no warning',
    (completedTime) => {
      const event = JSON.parse(lineOf('query').toString()) as { eventDetails: { query: object } };
      event.eventDetails.query = { ...event.eventDetails.query, completedTime };
      expect(classify(JSON.stringify(event), rules).warnings).toEqual([]);
    },
  );
});

test('members that vendors add pass, at the top and within', () => {
  for (const { fixture } of expected) {
    const event = JSON.parse(lineOf(fixture).toString()) as Record<string, unknown>;
    const details =
      typeof event['eventDetails'] === 'object'
        ? { eventDetails: { ...(event['eventDetails'] as object), addedWithin: [] } }
        : {};
    expect(classify(JSON.stringify({ ...event, ...details, added: { by: 'vendor' } }), rules).bad).toEqual(
      [],
    );
  }
});
