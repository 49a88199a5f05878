import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addTallies, tallyLines } from '../../../bench/fingerprint.mjs';

const line = fc.string({ maxLength: 12 }).map((text) => text.replaceAll('\n', ''));
const lines = fc.array(line, { minLength: 1, maxLength: 20 });
const textOf = (of: readonly string[]): Buffer => Buffer.from(of.map((each) => `${each}\n`).join(''));

describe('the tally by which the bench tells a complete export', () => {
  test('does not depend on the pieces that a text comes in, nor on the order of its lines', async () => {
    await fc.assert(
      fc.asyncProperty(lines, fc.integer({ min: 1, max: 7 }), async (of, size) => {
        const text = textOf(of);
        const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, n) =>
          text.subarray(n * size, (n + 1) * size),
        );
        const whole = await tallyLines([text]);
        expect(whole.lines).toBe(of.length);
        expect(await tallyLines(pieces)).toEqual(whole);
        expect(await tallyLines([textOf(of.toReversed())])).toEqual(whole);
        expect(
          addTallies([await tallyLines([textOf(of.slice(1))]), await tallyLines([textOf(of.slice(0, 1))])]),
        ).toEqual(whole);
      }),
      { numRuns: 100 },
    );
  });

  test.each([
    ['a line is missing', 'a\nb\n'],
    ['a line is there twice', 'a\nb\nc\nc\n'],
    ['a line is altered', 'a\nb\nC\n'],
    ['two lines have become one', 'a\nbc\n'],
  ])('tells when %s', async (_, text) => {
    expect(await tallyLines([Buffer.from(text)])).not.toEqual(await tallyLines([Buffer.from('a\nb\nc\n')]));
  });

  test('counts a last line without LF', async () => {
    expect(await tallyLines([Buffer.from('a\nb')])).toEqual(await tallyLines([Buffer.from('a\nb\n')]));
  });
});
