import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { AUDIT_TYPES } from '../../../bench/generator/events.mjs';
import { bytesOf, isObject, linesOf, missingPaths, parse, readSample } from './generated-lines.ts';
import type { Json } from './generated-lines.ts';

describe('the mix is like a real log', () => {
  const lines = linesOf({ bytes: 8 * 1024 * 1024 });

  test('2.5 KB a line on average', () => {
    const total = lines.reduce((sum, { expectation }) => sum + expectation.byteLength, 0);
    expect(total / lines.length).toBeGreaterThan(2300);
    expect(total / lines.length).toBeLessThan(2700);
  });

  test('queries are the bulk, and nearly all have 1 to 6 KB', () => {
    const queries = lines.filter(({ expectation }) => expectation.type === 'query');
    const usual = queries.filter(({ bytes }) => bytes.length >= 1000 && bytes.length <= 6144);
    expect(queries.length / lines.length).toBeGreaterThan(0.6);
    expect(usual.length / queries.length).toBeGreaterThan(0.95);
  });

  test('gzip makes it seven times smaller', () => {
    const bytes = bytesOf({ bytes: 8 * 1024 * 1024 });
    const ratio = bytes.length / gzipSync(bytes, { level: 6 }).length;
    expect(ratio).toBeGreaterThan(6.8);
    expect(ratio).toBeLessThan(8.2);
  });

  test('every audit type occurs, native queries in both spellings and with every form of time', () => {
    expect(new Set(lines.map(({ expectation }) => expectation.type))).toEqual(new Set(AUDIT_TYPES));
    const natives = lines.filter(({ expectation }) => expectation.type === 'native-query').map(parse);
    const forms = (name: string): Set<string> =>
      new Set(
        natives.flatMap((event) =>
          name in event ? [JSON.stringify(event[name]).replaceAll(/\d/g, '9')] : [],
        ),
      );
    const all = ['9999999999999', '"9999999999999"', '"9999-99-99T99:99:99.999Z"'].concat(
      '"9999-99-99 99:99:99.99999999 +9999"',
      '"9999-99-99 99:99:99.999999999Z"',
    );
    expect(forms('DateTime')).toEqual(new Set(all));
    expect(forms('dateTime')).toEqual(new Set(all));
  });

  test('no two lines are the same', () => {
    expect(new Set(lines.map(({ bytes }) => bytes.toString('latin1'))).size).toBe(lines.length);
  });
});

describe('a well-formed event has every field of the published sample', () => {
  const lines = linesOf({ lines: 1500 });

  test.each(['query', 'system', 'custom', 'alert', 'tokenization'])('%s', (type) => {
    const sample = readSample(type);
    const events = lines.filter(({ expectation }) => expectation.type === type);
    expect(events.length).toBeGreaterThan(20);
    for (const event of events) expect(missingPaths(sample, parse(event))).toEqual([]);
  });

  test('native-query in PascalCase', () => {
    const { DateTime: _anyForm, ...sample } = readSample('native-query-pascal-iso');
    const events = lines.map((line) => parse(line)).filter((event) => 'RecordType' in event);
    expect(events.length).toBeGreaterThan(20);
    for (const event of events) expect(missingPaths(sample, event)).toEqual([]);
  });

  test("a custom audit's eventDetails is JSON in a string", () => {
    const customs = lines.filter(({ expectation }) => expectation.type === 'custom');
    for (const line of customs) {
      const details = parse(line)['eventDetails'];
      expect(typeof details === 'string' && isObject(JSON.parse(details) as Json)).toBe(true);
    }
  });
});
