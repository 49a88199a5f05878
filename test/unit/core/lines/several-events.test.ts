import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { detectFormat } from '../../../../src/core/lines/documents/detect-format.ts';
import { objectsOnLine, separateObjects } from '../../../../src/core/lines/documents/object-scanner.ts';
import { inPieces } from '../../../fakes/reused-buffer.ts';
import { NotedContent } from './reading.ts';

async function separated(
  text: string | Buffer,
  size: number,
  account = new NotedContent('concatenated'),
): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of separateObjects(inPieces(Buffer.from(text), [size]), account))
    pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
}

const object = fc
  .dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.constant([{ a: '}{' }])), { maxKeys: 4 })
  .map((value) => JSON.stringify(value));
const between = fc.constantFrom('', '', ' ', '\t', '\n', '\r\n', '\n\n');

describe('objects one behind the other', () => {
  test('come out as lines, each byte for byte, whatever lies between them and however the bytes come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(object, between), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 50 }),
        async (parts, size) => {
          const out = await separated(parts.map((part) => part.join('')).join(''), size);
          expect(
            out
              .split('\n')
              .map((line) => line.trim())
              .filter((line) => line !== ''),
          ).toEqual(parts.map(([text]) => text));
        },
      ),
      { numRuns: 200 },
    );
  });

  test('can be gone on with behind the last that is whole, wherever they were cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(object, between), { minLength: 1, maxLength: 8 }),
        fc.nat(),
        fc.integer({ min: 1, max: 50 }),
        async (parts, at, size) => {
          const bytes = Buffer.from(parts.map((part) => part.join('')).join(''));
          const cut = at % (bytes.length + 1);
          const account = new NotedContent('concatenated');
          await separated(bytes.subarray(0, cut), size, account);
          const { ended } = account;
          const before = await separated(bytes.subarray(0, ended), size);
          const behind = await separated(bytes.subarray(ended), size);
          const lines = `${before}\n${behind}`.split('\n').map((line) => line.trim());
          expect(lines.filter((line) => line !== '')).toEqual(parts.map(([text]) => text));
          // Nothing that is whole is left behind the end.
          const rest = bytes.subarray(ended, cut).toString();
          expect(objectsOnLine(Buffer.from(`{}${rest}`), 0, Buffer.byteLength(rest) + 2)).toBeUndefined();
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a damaged one spoils its own line only', async () => {
    expect(await separated('{"a":"x{"b":1}{\n{"c":1}{"d":2}\n', 3)).toMatch(/\{"c":1\}\n\{"d":2\}\n$/);
  });

  test.each<[string, string | undefined]>([
    ['{"a":1}{"b":"}{"}', '{"a":1}|{"b":"}{"}'],
    [' {"a":1} \t {"b":[{}]} ', '{"a":1}|{"b":[{}]}'],
    ['{"a":1}', undefined],
    ['{"a":1}{"b"', undefined],
    ['{"a":1},{"b":1}', undefined],
    ['{"a":1}x', undefined],
    ['[1][2]', undefined],
    ['', undefined],
  ])('on the line %j are found', (text, found) => {
    const bytes = Buffer.from(text);
    const objects = objectsOnLine(bytes, 0, bytes.length);
    expect(objects?.map(({ start, end }) => text.slice(start, end)).join('|')).toBe(found);
  });

  test.each([
    ['{"a":1}{"b":2}', 'concatenated'],
    ['{"a":1} {"b":2}\n{"c":3}\n', 'concatenated'],
    [`{"a":1}{"b":"${'x'.repeat(100_000)}"}`, 'concatenated'],
    [`{"a":"${'x'.repeat(100_000)}"}{"b":1}`, 'lines'],
    ['{"a":1}\n{"b":2}{"c":3}\n', 'lines'],
    ['{"a":1}{"b":\n{"c":1}\n', 'lines'],
  ])('%.30s… begins a source that is %s', async (text, format) => {
    expect((await detectFormat(inPieces(Buffer.from(text), [1000]))).format).toBe(format);
  });
});
