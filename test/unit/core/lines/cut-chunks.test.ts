import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutChunks } from '../../../../src/core/lines/cut-chunks.ts';
import { inPieces } from '../../../fakes/reused-buffer.ts';
import type { CutLine } from './reading.ts';
import { CountingPool, cutLines, plainLines } from './reading.ts';

const lineText = fc.string({ unit: fc.constantFrom('a', 'b', '{', '\r', ' ', '\0'), maxLength: 40 });
const lineEnd = fc.constantFrom('\n', '\r\n', '\n\n', '\r\n\r\n');
const input = fc
  .tuple(fc.array(fc.tuple(lineText, lineEnd), { maxLength: 25 }), lineText)
  .map(([lines, last]) => Buffer.from(`${lines.flat().join('')}${last}`, 'latin1'));
const cutting = fc.record({
  sizes: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 12 }),
  chunkBytes: fc.integer({ min: 1, max: 100 }),
  maxLineBytes: fc.integer({ min: 1, max: 30 }),
});
const asIs = ({ offset, text }: CutLine): [number, string] => [offset, text];

describe('whatever the pieces and the size of the chunk memory', () => {
  test('the same lines come out: content, offset and order', async () => {
    await fc.assert(
      fc.asyncProperty(input, cutting, async (bytes, how) => {
        const { lines } = await cutLines(bytes, how);
        expect(lines.map(asIs)).toEqual(plainLines(bytes).map(asIs));
      }),
      { numRuns: 500 },
    );
  });

  test('all memory that was lent is given back, once', async () => {
    await fc.assert(
      fc.asyncProperty(input, cutting, async (bytes, how) => {
        expect((await cutLines(bytes, how)).pool.lent).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  test('a line passes in parts only if it is longer than allowed, and memory never grows past the longest line', async () => {
    await fc.assert(
      fc.asyncProperty(input, cutting, async (bytes, how) => {
        const { lines, pool } = await cutLines(bytes, how);
        const most = Math.max(how.chunkBytes, how.maxLineBytes + 2);
        const wrong = lines.filter(({ text, long }) =>
          long ? text.length <= how.maxLineBytes : text.length > most,
        );
        expect(wrong).toEqual([]);
        expect(pool.mostBytes).toBeLessThanOrEqual(most);
      }),
      { numRuns: 300 },
    );
  });
});

describe('line ends', () => {
  const how = { sizes: [1], chunkBytes: 8, maxLineBytes: 100 };

  test.each<[string, string, [number, string][]]>([
    ['nothing at all', '', []],
    ['one LF is one blank line', '\n', [[0, '']]],
    ['a line without an end', 'abc', [[0, 'abc']]],
    ['a line with an end', 'abc\n', [[0, 'abc']]],
    [
      'CRLF split over pieces',
      'ab\r\ncd\r\n',
      [
        [0, 'ab'],
        [4, 'cd'],
      ],
    ],
    [
      'blank lines between',
      'a\n\n\nb',
      [
        [0, 'a'],
        [2, ''],
        [3, ''],
        [4, 'b'],
      ],
    ],
    ['a CR within a line is part of it', 'a\rb\n', [[0, 'a\rb']]],
    ['two CR before the LF: one of them is part of the line', 'a\r\r\n', [[0, 'a\r']]],
    [
      'a line longer than the chunk memory',
      `${'x'.repeat(50)}\ny\n`,
      [
        [0, 'x'.repeat(50)],
        [51, 'y'],
      ],
    ],
    [
      'the memory is full exactly behind a line end',
      'abcdefg\nh\n',
      [
        [0, 'abcdefg'],
        [8, 'h'],
      ],
    ],
  ])('%s', async (_, text, lines) => {
    expect((await cutLines(Buffer.from(text), how)).lines.map(asIs)).toEqual(lines);
  });

  test('offsets count from where the stream begins in its source', async () => {
    const { lines } = await cutLines(Buffer.from('a\nb\n'), { ...how, chunkBytes: 2, startOffset: 3 });
    expect(lines.map(asIs)).toEqual([
      [3, 'a'],
      [5, 'b'],
    ]);
  });
});

describe('a line that is longer than allowed', () => {
  const how = { chunkBytes: 4, maxLineBytes: 10 };

  test.each([
    ['with LF', `${'x'.repeat(30)}\n`],
    ['with CRLF: the CR is not part of it', `${'x'.repeat(30)}\r\n`],
    ['without an end', 'x'.repeat(30)],
    ['without an end but a CR, as a short line would be read', `${'x'.repeat(30)}\r`],
  ])('passes in parts, %s', async (_, text) => {
    for (const size of [1, 2, 3, 7, 29, 30, 31, 32, 100]) {
      const { lines } = await cutLines(Buffer.from(`a\n${text}`), { ...how, sizes: [size] });
      expect(lines).toEqual([
        { offset: 0, text: 'a', long: false },
        { offset: 2, text: 'x'.repeat(30), long: true },
      ]);
    }
  });

  test('keeps the CRs that do not belong to its end', async () => {
    const text = `${'x'.repeat(12)}\r\ry\r\r\rz\r\r\nnext\n`;
    for (const size of [1, 2, 3, 5, 13, 14, 15, 100]) {
      const { lines } = await cutLines(Buffer.from(text), { ...how, sizes: [size] });
      expect(lines.map(({ text }) => text)).toEqual([`${'x'.repeat(12)}\r\ry\r\r\rz\r`, 'next']);
    }
  });

  test('is never held in memory as a whole', async () => {
    const { pool, lines } = await cutLines(Buffer.alloc(1_000_000, 'x'), {
      chunkBytes: 1024,
      maxLineBytes: 2048,
      sizes: [999],
    });
    expect(lines).toHaveLength(1);
    expect(pool.mostBytes).toBe(2050);
  });

  test.each([
    ['10 bytes and LF are allowed', `${'x'.repeat(10)}\n`, false],
    ['10 bytes and CRLF are allowed', `${'x'.repeat(10)}\r\n`, false],
    ['12 bytes and LF are not', `${'x'.repeat(12)}\n`, true],
    ['11 bytes and CRLF are not', `${'x'.repeat(11)}\r\n`, true],
  ])('%s', async (_, text, long) => {
    const { lines } = await cutLines(Buffer.from(text), { ...how, sizes: [100] });
    expect(lines.map((line) => line.long)).toEqual([long]);
  });
});

test('a source that fails keeps the chunks that were cut before, and its error', async () => {
  const pool = new CountingPool(4);
  const failing = async function* (): AsyncGenerator<Buffer> {
    yield* inPieces(Buffer.from('a\nb\nc'), [4]);
    throw new Error('unplugged');
  };
  const seen: string[] = [];
  const reading = async (): Promise<void> => {
    for await (const cut of cutChunks(failing(), { source: 0, startOffset: 0, pool, maxLineBytes: 10 })) {
      if (cut.kind === 'chunk') seen.push(cut.input.toString());
    }
  };
  await expect(reading()).rejects.toThrow('unplugged');
  expect(seen).toEqual(['a\nb\n']);
});
