import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { AUDIT_TYPES } from '../../../bench/generator/events.mjs';

const folder = 'test/fixtures/events';
const expected = JSON.parse(readFileSync('test/fixtures/expected-events.json', 'utf8')) as Array<{
  fixture: string;
  type: string;
  eventTimeMs: number;
  date: string;
}>;

test('every audit type has a fixture, and every fixture an expectation', () => {
  expect(new Set(expected.map(({ type }) => type))).toEqual(new Set(AUDIT_TYPES));
  const files = expected.flatMap(({ fixture }) => [`${fixture}.json`, `${fixture}.jsonl`]);
  expect(readdirSync(folder).toSorted()).toEqual(files.toSorted());
});

test.each(expected)(
  '$fixture is the same event as one line, filed on its UTC date',
  ({ fixture, eventTimeMs, date }) => {
    const readable = JSON.parse(readFileSync(`${folder}/${fixture}.json`, 'utf8')) as unknown;
    expect(readFileSync(`${folder}/${fixture}.jsonl`, 'utf8')).toBe(`${JSON.stringify(readable)}\n`);
    expect(new Date(eventTimeMs).toISOString().slice(0, 10)).toBe(date);
  },
);

test('the forms that vendors really print are kept letter for letter', () => {
  const line = (fixture: string): string => readFileSync(`${folder}/${fixture}.jsonl`, 'utf8');
  expect(line('query')).toContain('‘literal_string’');
  expect(line('query')).toContain('"completedTime":"2020-01-01 00:00:00.000000000Z"');
  expect(line('custom')).toContain(String.raw`"eventDetails":"{\"first_authentication_factor\":\"PASSWORD\"`);
  expect(line('alert')).toContain('"dt":"2025-03-11T20:31:39.000Z"');
  expect(line('native-query-pascal-iso')).toContain('"EndTime":"2021-09-20 17:20:02.42100000 +0000"');
  expect(line('native-query-camel-digits')).toContain('"dateTime":"1634144773832"');
  expect(line('native-query-pascal-integer')).toContain('"DateTime":2504188066580');
});
