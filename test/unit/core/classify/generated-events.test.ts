import { describe, expect, test } from 'vitest';
import type { Damage } from '../../../../bench/generator/events.mjs';
import { linesOf } from '../../bench/generated-lines.ts';
import type { Line } from '../../bench/generated-lines.ts';
import { builtInRules, classify, filedLines } from './classifying.ts';
import type { ReasonCode } from '../../../../src/ports/store/quarantine.ts';

const tooLongBytes = 64 * 1024;
const rules = builtInRules({ maxLineBytes: tooLongBytes });
const reasonOf: Partial<Record<Damage, ReasonCode>> = {
  'truncated-json': 'not-json',
  'not-an-object': 'not-an-object',
  'unknown-type': 'unknown-type',
  'no-event-time': 'no-event-time',
  'impossible-event-time': 'impossible-event-time',
  'schema-violation': 'schema-violation',
  'invalid-utf8': 'invalid-utf8',
  'too-long': 'too-long',
};

function streamOf(lines: readonly Line[]): Buffer {
  return Buffer.concat(lines.flatMap(({ bytes, expectation }) => [bytes, Buffer.from(expectation.lineEnd)]));
}

describe.each([1, 2, 3, 4])('what the generator of seed %d drew is what the product finds', (seed) => {
  const lines = linesOf({
    seed,
    lines: 2500,
    damage: 0.15,
    late: 0.2,
    order: seed % 2 === 0 ? 'random' : 'time',
    place: ['too-long', 'crlf', 'blank', 'invalid-utf8'],
    tooLongBytes,
  });
  const stream = streamOf(lines);
  const chunk = classify(stream, rules);
  const of = (kind: 'event' | 'bad' | 'blank'): Line[] =>
    lines.filter(({ expectation }) => expectation.kind === kind);

  test('all lines are counted', () => {
    expect([chunk.lines, chunk.blank]).toEqual([2500, of('blank').length]);
  });

  test('each good line has its type, time and folder, byte for byte, in the order of its partition', () => {
    const partitions = new Map<string, object[]>();
    for (const { bytes, expectation } of of('event')) {
      const { type, date, hour, eventTimeMs } = expectation;
      const folder = `audit_type=${type}/event_date=${date}/event_hour=${hour}`;
      const lines = partitions.get(folder) ?? [];
      lines.push({ folder, type, timeMs: eventTimeMs, bytes: bytes.toString() });
      partitions.set(folder, lines);
    }
    const filed = filedLines(chunk, rules).map(({ folder, type, timeMs, bytes }) => ({
      folder,
      type,
      timeMs,
      bytes: bytes.toString(),
    }));
    expect(filed).toEqual([...partitions.values()].flat());
  });

  test('each bad line has its reason, place and type', () => {
    const expected = of('bad').map(({ expectation }) => ({
      line: expectation.line - 1,
      start: expectation.byteOffset,
      end: expectation.byteOffset + expectation.byteLength,
      reason: reasonOf[expectation.damage ?? 'blank'],
    }));
    expect(chunk.bad.map(({ line, start, end, reason }) => ({ line, start, end, reason }))).toEqual(expected);
    expect(new Set(chunk.bad.map(({ reason }) => reason)).size).toBe(8);
  });

  test('a bad line whose type can be told has it', () => {
    const expected = of('bad').map(({ expectation: { type, damage } }) =>
      damage === 'too-long' || damage === 'invalid-utf8' ? undefined : (type ?? undefined),
    );
    expect(chunk.bad.map(({ type }) => type)).toEqual(expected);
  });
});
