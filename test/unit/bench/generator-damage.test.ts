import { assert, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AUDIT_TYPES, DAMAGES } from '../../../bench/generator/events.mjs';
import type { Damage } from '../../../bench/generator/events.mjs';
import { isObject, kindOf, linesOf, missingPaths, parse, readSample, readTime } from './generated-lines.ts';
import type { Json, Line } from './generated-lines.ts';
import { runs } from '../../fakes/runs.ts';

describe('damage', () => {
  const isUtf8 = (bytes: Buffer): boolean => Buffer.from(bytes.toString('utf8')).equals(bytes);
  const isJson = (bytes: Buffer): boolean => {
    try {
      JSON.parse(bytes.toString('utf8'));
      return true;
    } catch {
      return false;
    }
  };
  const eventOf = (bytes: Buffer): Record<string, Json> =>
    JSON.parse(bytes.toString('utf8')) as Record<string, Json>;

  const claims: Record<Damage, (line: Line) => boolean> = {
    'truncated-json': ({ bytes }) => bytes[0] === 0x7b && isUtf8(bytes) && !isJson(bytes),
    'not-an-object': ({ bytes }) => kindOf(eventOf(bytes)) !== 'object',
    'unknown-type': ({ bytes }) =>
      isObject(eventOf(bytes)) && !/"(?:eventName|schema_version)"|nativeQuery/.test(bytes.toString('utf8')),
    'no-event-time': ({ bytes }) => Number.isNaN(readTime(eventOf(bytes))),
    'impossible-event-time': ({ bytes }) => {
      const time = readTime(eventOf(bytes));
      // Date.parse takes 30 February for 2 March.
      return !(Math.abs(time) <= 8.64e15) || bytes.includes('2026-02-30');
    },
    'schema-violation': (line) => readTime(eventOf(line.bytes)) === line.expectation.eventTimeMs,
    'invalid-utf8': ({ bytes }) => !isUtf8(bytes),
    blank: ({ bytes }) => bytes.toString('latin1').trim() === '',
    crlf: (line) =>
      line.expectation.lineEnd === '\r\n' && readTime(parse(line)) === line.expectation.eventTimeMs,
    'too-long': ({ bytes }) => bytes.length === 100_001 && isJson(bytes),
  };

  test.each(DAMAGES)('%s is what its name says, for every audit type', (damage) => {
    for (const type of AUDIT_TYPES) {
      const lines = linesOf({
        lines: 60,
        types: [type],
        damage: 1,
        damages: [damage],
        tooLongBytes: 100_000,
      });
      expect(lines[0]?.expectation.damage).toBeNull();
      const others = lines
        .slice(1)
        .filter((line) => line.expectation.damage !== damage || !claims[damage](line));
      expect(others.map(({ bytes }) => bytes.toString('utf8', 0, 300))).toEqual([]);
    }
  });

  test('a schema violation breaks the type of one field of the sample', () => {
    for (const type of ['query', 'system', 'custom', 'alert', 'tokenization'] as const) {
      const sample = readSample(type);
      const lines = linesOf({ lines: 30, types: [type], damage: 1, damages: ['schema-violation'] });
      for (const line of lines.slice(1)) expect(missingPaths(sample, parse(line))).toHaveLength(1);
    }
  });

  test('comes at the rate that was asked for, in every kind but too-long', () => {
    const damages = linesOf({ lines: 20_000, damage: 0.1 }).flatMap(
      ({ expectation }) => expectation.damage ?? [],
    );
    expect(damages.length / 20_000).toBeCloseTo(0.1, 1.7);
    expect(new Set(damages)).toEqual(new Set(DAMAGES.filter((damage) => damage !== 'too-long')));
    expect(linesOf({ lines: 2000 }).every(({ expectation }) => expectation.kind === 'event')).toBe(true);
  });

  test('placed damage occurs exactly once a kind', () => {
    assert(
      property(integer(), integer({ min: 11, max: 40 }), (seed, lines) => {
        const found = linesOf({ seed, lines, place: DAMAGES, tooLongBytes: 9000 }).flatMap(
          ({ expectation }) => expectation.damage ?? [],
        );
        expect(found.toSorted()).toEqual(DAMAGES.toSorted());
      }),
      { numRuns: runs(10) },
    );
  });
});
