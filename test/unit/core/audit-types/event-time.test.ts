import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseInstant, parseIsoInstant } from '../../../../src/core/audit-types/event-time.ts';
import type { InstantForm } from '../../../../src/core/audit-types/event-time.ts';

const vendors: InstantForm[] = ['epoch-ms', 'iso-8601'];
const firstBelieved = Date.UTC(1971, 0, 1);
const lastBelieved = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const instants = fc.integer({ min: firstBelieved, max: lastBelieved });
const isoOf = (ms: number): string => new Date(ms).toISOString();

describe('every form that vendors document or emit is read as the instant it means', () => {
  test.each<[unknown, string]>([
    [946702800000, '2000-01-01T05:00:00.000Z'],
    [2504188066580, '2049-05-09T15:47:46.580Z'],
    ['1634144773832', '2021-10-13T17:06:13.832Z'],
    ['2017-08-31T14:01:15.607Z', '2017-08-31T14:01:15.607Z'],
    ['2025-03-11T20:31:39.000Z', '2025-03-11T20:31:39.000Z'],
    ['2020-01-01 00:00:00.000000000Z', '2020-01-01T00:00:00.000Z'],
    ['2020-12-31 23:59:59.999999999Z', '2020-12-31T23:59:59.999Z'],
    ['2021-09-20 17:20:00.39100000 +0000', '2021-09-20T17:20:00.391Z'],
    ['2021-09-20 17:20:02.42100000 +0000', '2021-09-20T17:20:02.421Z'],
  ])('%j is %s', (written, instant) => {
    expect(isoOf(parseInstant(written, vendors) ?? 0)).toBe(instant);
  });
});

describe('odd but valid forms are read', () => {
  test.each<[string, string]>([
    ['2021-09-20T17:20:00Z', '2021-09-20T17:20:00.000Z'],
    ['2021-09-20T17:20:00', '2021-09-20T17:20:00.000Z'],
    ['2021-09-20 17:20:00', '2021-09-20T17:20:00.000Z'],
    ['2021-09-20t17:20:00z', '2021-09-20T17:20:00.000Z'],
    ['2021-09-20 17:20:00 UTC', '2021-09-20T17:20:00.000Z'],
    ['2021-09-20T17:20:00,5Z', '2021-09-20T17:20:00.500Z'],
    ['2021-09-20T17:20:00.5+02', '2021-09-20T15:20:00.500Z'],
    ['2021-09-20T17:20:00+0530', '2021-09-20T11:50:00.000Z'],
    ['2021-09-20T17:20:00 -03:30', '2021-09-20T20:50:00.000Z'],
    ['2021-09-20T17:20:00-00:30', '2021-09-20T17:50:00.000Z'],
    ['2021-09-20T23:30:00-01:00', '2021-09-21T00:30:00.000Z'],
    ['2022-01-01T00:30:00+01:00', '2021-12-31T23:30:00.000Z'],
    ['2024-03-01T00:00:00+00:01', '2024-02-29T23:59:00.000Z'],
    ['2024-02-29T12:00:00Z', '2024-02-29T12:00:00.000Z'],
    ['2000-02-29T12:00:00Z', '2000-02-29T12:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.999Z'],
    ['2016-12-31T23:59:60.5Z', '2016-12-31T23:59:59.999Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    ['1971-01-01T00:00:00Z', '1971-01-01T00:00:00.000Z'],
  ])('%s is %s', (written, instant) => {
    expect(isoOf(parseInstant(written, vendors) ?? 0)).toBe(instant);
  });
});

describe('what can not be an event time is refused', () => {
  test.each<[string, unknown]>([
    ['30 February', '2021-02-30T00:00:00Z'],
    ['29 February of a common year', '2021-02-29T00:00:00Z'],
    ['29 February 2100', '2100-02-29T00:00:00Z'],
    ['31 April', '2021-04-31T00:00:00Z'],
    ['month 0', '2021-00-10T00:00:00Z'],
    ['month 13', '2021-13-10T00:00:00Z'],
    ['day 0', '2021-01-00T00:00:00Z'],
    ['hour 24', '2021-01-01T24:00:00Z'],
    ['minute 60', '2021-01-01T23:60:00Z'],
    ['second 61', '2021-01-01T23:59:61Z'],
    ['an offset of 19 hours', '2021-01-01T00:00:00+19:00'],
    ['an offset of 60 minutes', '2021-01-01T00:00:00+01:60'],
    ['a date without a clock', '2021-01-01'],
    ['a clock without seconds', '2021-01-01T00:00Z'],
    ['a fraction without digits', '2021-01-01T00:00:00.Z'],
    ['text behind the zone', '2021-01-01T00:00:00Zulu'],
    ['text before the date', ' 2021-01-01T00:00:00Z'],
    ['a line end behind', '2021-01-01T00:00:00Z\n'],
    ['digits of another script', '２０２１-01-01T00:00:00Z'],
    ['year 0099', '0099-01-01T00:00:00Z'],
    ['year 0000', '0000-01-01T00:00:00Z'],
    ['year 1970', '1970-12-31T23:59:59.999Z'],
    ['year 10000', '10000-01-01T00:00:00Z'],
    ['year +010000', '+010000-01-01T00:00:00Z'],
    ['9999 moved into 10000 by its offset', '9999-12-31T23:59:59-01:00'],
    ['1971 moved into 1970 by its offset', '1971-01-01T00:00:00+00:01'],
    ['seconds for milliseconds', 1634144773],
    ['seconds for milliseconds, as digits', '1634144773'],
    ['microseconds for milliseconds', 1634144773832000],
    ['microseconds as digits', '1634144773832000'],
    ['nanoseconds', 1634144773832000000],
    ['zero', 0],
    ['a negative number', -946702800000],
    ['negative digits', '-946702800000'],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['minus Infinity', Number.NEGATIVE_INFINITY],
    ['1e400', JSON.parse('1e400')],
    ['digits with an exponent', '1.6e12'],
    ['hexadecimal digits', '0x17c7e1a5a48'],
    ['digits with spaces', ' 1634144773832 '],
    ['empty text', ''],
    ['a truth value', true],
    ['null', null],
    ['nothing', undefined],
    ['a list', [1634144773832]],
    ['an object', { $date: 1634144773832 }],
  ])('%s', (_, written) => {
    expect(parseInstant(written, vendors)).toBeUndefined();
  });

  test('one millisecond on either side of what is believed makes the difference', () => {
    expect(parseInstant(firstBelieved, vendors)).toBe(firstBelieved);
    expect(parseInstant(firstBelieved - 1, vendors)).toBeUndefined();
    expect(parseInstant(lastBelieved, vendors)).toBe(lastBelieved);
    expect(parseInstant(lastBelieved + 1, vendors)).toBeUndefined();
  });
});

describe('the forms decide what a value is', () => {
  test.each<[InstantForm[], unknown, number | undefined]>([
    [['iso-8601'], 946702800000, undefined],
    [['epoch-ms'], '2000-01-01T05:00:00Z', undefined],
    [['epoch-s'], 946702800, 946702800000],
    [['epoch-s'], '946702800', 946702800000],
    [['epoch-s'], 946702800000, undefined],
    [['iso-8601', 'epoch-s'], 946702800, 946702800000],
    [['epoch-ms', 'epoch-s'], 946702800, undefined],
    [[], 946702800000, undefined],
  ])('%j reads %j as %j', (forms, written, ms) => {
    expect(parseInstant(written, forms)).toBe(ms);
  });
});

const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0');

/** Writes an instant as the clock shows it that many minutes east of Greenwich. */
function withOffset(ms: number, minutes: number, separator: string): string {
  const local = isoOf(ms + minutes * 60_000).replace('Z', '');
  const east = Math.abs(minutes);
  return `${local}${minutes < 0 ? '-' : '+'}${pad(Math.floor(east / 60))}${separator}${pad(east % 60)}`;
}

const formatters: [string, (ms: number) => string][] = [
  ['ISO with Z', isoOf],
  ['ISO without a zone', (ms) => isoOf(ms).replace('Z', '')],
  ['a space for the T', (ms) => isoOf(ms).replace('T', ' ')],
  ['nine digits and Z, as ALTR writes', (ms) => isoOf(ms).replace('T', ' ').replace('Z', '000000Z')],
  ['eight digits and +0000, as Snowflake', (ms) => isoOf(ms).replace('T', ' ').replace('Z', '00000 +0000')],
  ['a comma before the fraction', (ms) => isoOf(ms).replace('.', ',')],
  ['the word UTC', (ms) => isoOf(ms).replace('Z', ' UTC')],
];

describe('an instant that is written and read again is the same', () => {
  test.each(formatters)('%s', (_, format) => {
    fc.assert(
      fc.property(instants, (ms) => {
        expect(parseIsoInstant(format(ms))).toBe(ms);
      }),
    );
  });

  test('any offset, with and without its colon', () => {
    const offsets = fc.integer({ min: -18 * 60, max: 18 * 60 });
    const inner = fc.integer({ min: firstBelieved + 864e5, max: lastBelieved - 864e5 });
    fc.assert(
      fc.property(inner, offsets, fc.constantFrom('', ':'), (ms, minutes, separator) => {
        expect(parseInstant(withOffset(ms, minutes, separator), vendors)).toBe(ms);
      }),
    );
  });

  test('epoch milliseconds, as a number and as digits', () => {
    fc.assert(
      fc.property(instants, (ms) => {
        expect(parseInstant(ms, vendors)).toBe(ms);
        expect(parseInstant(String(ms), vendors)).toBe(ms);
      }),
    );
  });

  test('epoch seconds with milliseconds behind the point', () => {
    fc.assert(
      fc.property(fc.integer({ min: firstBelieved, max: Date.UTC(2100, 0) }), (ms) => {
        expect(parseInstant(ms / 1000, ['epoch-s'])).toBe(ms);
      }),
      { numRuns: 2000, examples: [[2_182_472_442_469]] },
    );
  });
});

describe('digits finer than a millisecond are cut off, never rounded', () => {
  test('any number of fraction digits', () => {
    const digits = fc.stringMatching(/^\d{0,40}$/);
    fc.assert(
      fc.property(instants, digits, (ms, finer) => {
        expect(parseIsoInstant(isoOf(ms).replace('Z', `${finer}Z`))).toBe(ms);
      }),
    );
  });

  test.each([
    ['2020-12-31T23:59:59.9Z', 900],
    ['2020-12-31T23:59:59.99Z', 990],
    ['2020-12-31T23:59:59.9999999999999999999999Z', 999],
    ['2020-12-31T23:59:59.0009Z', 0],
  ])('%s ends in %d ms', (written, ms) => {
    expect(parseIsoInstant(written)).toBe(Date.UTC(2020, 11, 31, 23, 59, 59, ms));
  });

  test('a fraction of an epoch millisecond', () => {
    expect(parseInstant(1609459199999.9, vendors)).toBe(1609459199999);
  });
});

test('no text makes the parser throw, and what it reads is a whole number', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\d\-:TZ+., ]{0,35}$/), fc.double()), (value) => {
      const ms = parseInstant(value, ['epoch-ms', 'epoch-s', 'iso-8601']);
      expect(
        ms === undefined || (Number.isSafeInteger(ms) && ms >= firstBelieved && ms <= lastBelieved),
      ).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('a hostile length of digits is refused in no time', () => {
  const text = `2021-01-01T00:00:00.${'9'.repeat(1_000_000)}x`;
  const startedMs = performance.now();
  expect(parseIsoInstant(text)).toBeUndefined();
  expect(performance.now() - startedMs).toBeLessThan(2000);
});
