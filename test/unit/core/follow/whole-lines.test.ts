import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countLines, takeWholeLines } from '../../../../src/core/follow/whole-lines.ts';
import type { LineRules } from '../../../../src/core/follow/whole-lines.ts';

const rules: LineRules = { maxLineBytes: 20, wrapping: undefined };

/** Takes everything, as a tail does: more bytes come, whole lines go. */
function takeAll(
  pieces: readonly string[],
  by: LineRules,
): { payload: string; stored: number; most: number } {
  let rest = Buffer.alloc(0);
  let payload = '';
  let stored = 0;
  let most = 0;
  const take = (final: boolean): void => {
    for (;;) {
      const block = takeWholeLines(rest, by, final);
      if (block === undefined) break;
      payload += block.payload.toString();
      stored += block.stored;
      rest = rest.subarray(block.stored);
    }
    most = Math.max(most, rest.length);
  };
  for (const piece of pieces) {
    rest = Buffer.concat([rest, Buffer.from(piece)]);
    take(false);
  }
  take(true);
  return { payload, stored, most };
}

const text = fc
  .array(fc.constantFrom('a', 'bc', '\n', '\r\n', 'x'.repeat(25), 'y'.repeat(60)), { maxLength: 30 })
  .map((parts) => parts.join(''));

describe('whole lines', () => {
  test('whatever the pieces, nothing is left out, and only lines that are too long are cut', () => {
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (all, sizes) => {
        const pieces: string[] = [];
        for (let at = 0, n = 0; at < all.length; n++) {
          const size = sizes[n % sizes.length] ?? 1;
          pieces.push(all.slice(at, at + size));
          at += size;
        }
        const { payload, stored } = takeAll(pieces, rules);
        expect(stored).toBe(all.length);
        const ended = all === '' || all.endsWith('\n') ? all : `${all}\n`;
        expect(payload.replaceAll('\n', '')).toBe(ended.replaceAll('\n', ''));
        const short = (lines: string): string[] => lines.split('\n').filter((line) => line.length <= 20);
        expect(short(payload)).toEqual(short(ended));
      }),
    );
  });

  test('a line without an end takes bounded memory and is passed on in pieces that are each too long', () => {
    const { payload, most } = takeAll(
      Array.from({ length: 200 }, () => 'z'.repeat(10)),
      rules,
    );
    expect(most).toBeLessThan(2 * 23 + 10);
    const lines = payload.split('\n').slice(0, -1);
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.every((line) => line.length > 20)).toBe(true);
  });

  test('a piece of a line counts no line, so that the numbers of the lines behind stay right', () => {
    const block = takeWholeLines(Buffer.from('q'.repeat(50)), rules);
    expect(block).toMatchObject({ stored: 23, offset: 23, lines: 0 });
    expect(countLines(block?.payload ?? Buffer.alloc(0))).toBe(1);
  });

  test('an end that has no line end yet stays where it is', () => {
    expect(takeWholeLines(Buffer.from('one\ntw'), rules)).toMatchObject({ stored: 4, lines: 1 });
    expect(takeWholeLines(Buffer.from('tw'), rules)).toBeUndefined();
    expect(takeWholeLines(Buffer.alloc(0), rules, true)).toBeUndefined();
  });
});

describe('wrapped lines', () => {
  const wrapped = { maxLineBytes: 200, wrapping: 'cri' as const };
  const part = (tag: string, content: string): string =>
    `2026-11-23T05:30:00.123456789Z stdout ${tag} ${content}\n`;

  test('reading goes on before a line that has begun, and behind it once it has ended', () => {
    const first = takeWholeLines(Buffer.from(part('F', 'one') + part('P', 'tw')), wrapped);
    expect(first).toMatchObject({ stored: part('F', 'one').length, offset: 4, lines: 1 });
    expect(takeWholeLines(Buffer.from(part('P', 'tw')), wrapped)).toBeUndefined();
    const second = takeWholeLines(Buffer.from(part('P', 'tw') + part('F', 'o')), wrapped);
    expect(second?.payload.toString()).toBe('two\n');
  });

  test('parts that never end are passed on as they came, so that they can not block', () => {
    const parts = part('P', 'x'.repeat(60)).repeat(6);
    expect(takeWholeLines(Buffer.from(parts), wrapped)).toMatchObject({ stored: parts.length, lines: 6 });
  });

  test('with the end of the input, parts are a line', () => {
    expect(takeWholeLines(Buffer.from(part('P', 'tw')), wrapped, true)?.payload.toString()).toBe('tw\n');
  });
});
