import { createHash } from 'node:crypto';
import { assert, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeEvents, generateEvents } from '../../../bench/generator/events.mjs';
import type { AuditType, GeneratorOptions } from '../../../bench/generator/events.mjs';
import { bytesOf, linesOf, parse, readTime, typeOf } from './generated-lines.ts';
import { runs } from '../../fakes/runs.ts';

const HOUR_MS = 3_600_000;

describe('same seed, same bytes', () => {
  test('on every Node and every machine', () => {
    const hash = createHash('sha256')
      .update(bytesOf({ lines: 5000, late: 0.05, damage: 0.05 }))
      .digest('hex');
    expect(hash).toBe('17dbf476326f02991b6f7d24429b3d78e67891bc64841b3249c91da3b116a7a9');
  });

  test('another seed gives other bytes', () => {
    expect(bytesOf({ seed: 1, lines: 20 }).equals(bytesOf({ seed: 2, lines: 20 }))).toBe(false);
  });

  test('whatever the size of the buffers, and described or not', () => {
    assert(
      property(integer(), integer({ min: 1, max: 20_000 }), (seed, chunkBytes) => {
        const options: GeneratorOptions = { seed, lines: 40, late: 0.1, damage: 0.2 };
        const whole = bytesOf(options);
        expect(bytesOf({ ...options, chunkBytes }).equals(whole)).toBe(true);
        const described = [...describeEvents({ ...options, chunkBytes })].map(({ bytes }) => bytes);
        expect(Buffer.concat(described).equals(whole)).toBe(true);
      }),
      { numRuns: runs(10) },
    );
  });

  test('every buffer holds whole lines', () => {
    for (const bytes of generateEvents({ lines: 500, damage: 0.1, chunkBytes: 10_000 }))
      expect(bytes.at(-1)).toBe(10);
  });
});

describe('expectations', () => {
  test.each(['time', 'random'] as const)(
    'an independent reader finds type, time and partition, in %s order',
    (order) => {
      assert(
        property(integer(), integer({ min: 1.1e12, max: 9e12 }), (seed, fromMs) => {
          const lines = linesOf({ seed, lines: 60, fromMs, hours: 24 * 90, late: 0.1, damage: 0.1, order });
          const events = lines.filter(({ expectation }) => expectation.kind === 'event');
          for (const line of events) {
            const event = parse(line);
            const { type, eventTimeMs, date, hour } = line.expectation;
            expect(typeOf(event)).toBe(type);
            expect(readTime(event)).toBe(eventTimeMs);
            expect(new Date(readTime(event)).toISOString().slice(0, 13)).toBe(`${date}T${hour}`);
          }
        }),
        { numRuns: runs(10) },
      );
    },
  );

  test('their offsets and lengths tile the stream, line by line', () => {
    const options: GeneratorOptions = { lines: 300, damage: 0.2 };
    const stream = bytesOf(options);
    let offset = 0;
    for (const [index, { expectation, bytes }] of linesOf(options).entries()) {
      expect(expectation).toMatchObject({ line: index + 1, byteOffset: offset });
      expect(bytes.includes(10)).toBe(false);
      offset += expectation.byteLength;
      expect(stream.toString('latin1', offset, offset + expectation.lineEnd.length)).toBe(
        expectation.lineEnd,
      );
      offset += expectation.lineEnd.length;
    }
    expect(offset).toBe(stream.length);
  });
});

describe('event times', () => {
  const fromMs = Date.UTC(2026, 10, 9);

  test('rise with jitter and stay in the range', () => {
    const times = linesOf({ lines: 2000, fromMs, hours: 48 }).map(
      ({ expectation }) => expectation.eventTimeMs ?? 0,
    );
    for (const [index, time] of times.entries()) {
      expect(Math.abs(time - (fromMs + (index / 2000) * 48 * HOUR_MS))).toBeLessThanOrEqual(60_001);
      expect(time >= fromMs && time < fromMs + 48 * HOUR_MS).toBe(true);
    }
    expect(times).not.toEqual(times.toSorted((a, b) => a - b));
  });

  test('in random order fill the range from end to end', () => {
    const lines = linesOf({ lines: 5000, fromMs, hours: 48, order: 'random', types: ['system'] });
    const hours = lines.slice(0, 1000).map(({ expectation }) => `${expectation.date}T${expectation.hour}`);
    expect(new Set(hours).size).toBe(48);
  });

  test('are late by 1 to 72 hours at the rate that was asked for', () => {
    const late = linesOf({ lines: 20_000, fromMs, hours: 48, late: 0.05 }).filter(
      ({ expectation }) => expectation.late,
    );
    expect(late.length / 20_000).toBeCloseTo(0.05, 1.7);
    for (const { expectation } of late) {
      const neighbourMs = fromMs + ((expectation.line - 1) / 20_000) * 48 * HOUR_MS;
      const delayMs = neighbourMs - (expectation.eventTimeMs ?? 0);
      expect(delayMs).toBeGreaterThan(HOUR_MS - 61_000);
      expect(delayMs).toBeLessThan(72 * HOUR_MS + 61_000);
    }
  });
});

describe('how much', () => {
  test('bytes is used up as far as whole lines fit', () => {
    assert(
      property(integer({ min: 0, max: 200_000 }), (bytes) => {
        const stream = bytesOf({ bytes, types: ['tokenization'] });
        expect(stream.length).toBeLessThanOrEqual(bytes);
        expect(stream.length).toBeGreaterThan(bytes - 600);
      }),
      { numRuns: runs(10) },
    );
  });

  test('only the chosen audit types, in the chosen shares', () => {
    const lines = linesOf({ lines: 5000, types: { alert: 3, system: 1 } });
    const alerts = lines.filter(({ expectation }) => expectation.type === 'alert').length;
    expect(alerts / 5000).toBeCloseTo(0.75, 1.5);
    expect(
      lines.every(({ expectation }) => expectation.type === 'alert' || expectation.type === 'system'),
    ).toBe(true);
  });

  test.each<[string, GeneratorOptions]>([
    ['neither lines nor bytes', {}],
    ['both', { lines: 1, bytes: 1 }],
    ['half a line', { lines: 0.5 }],
    ['no range', { lines: 1, hours: 0 }],
    ['a time of other than 13 digits', { lines: 1, fromMs: 946_702_800_000 }],
    ['more than all', { lines: 1, damage: 1.5 }],
    ['no audit type', { lines: 1, types: [] }],
    ['an unknown audit type', { lines: 1, types: ['login' as AuditType] }],
    ['more damage than lines', { lines: 2, place: ['blank', 'crlf'] }],
  ])('%s is refused', (_what, options) => {
    expect(() => [...generateEvents(options)]).toThrow(RangeError);
  });
});
