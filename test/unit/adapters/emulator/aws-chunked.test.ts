import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChunkedDecoder } from '../../../../src/adapters/emulator/wire/aws-chunked.ts';

function decode(pieces: readonly Buffer[]): { body: string; trailers: Record<string, string> } {
  const data: Buffer[] = [];
  const decoder = new ChunkedDecoder((piece) => data.push(Buffer.from(piece)));
  for (const piece of pieces) decoder.push(piece);
  decoder.finish();
  return { body: Buffer.concat(data).toString('latin1'), trailers: Object.fromEntries(decoder.trailers) };
}

function encode(chunks: readonly string[], trailers: Record<string, string> = {}): Buffer {
  const frames = chunks
    .filter((chunk) => chunk !== '')
    .map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`);
  const lines = Object.entries(trailers).map(([name, value]) => `${name}:${value}\r\n`);
  return Buffer.from(`${frames.join('')}0\r\n${lines.join('')}\r\n`, 'latin1');
}

describe('aws-chunked bodies', () => {
  test('however the body is cut, the same content and trailers come out', () => {
    const ascii = fc.string({ unit: 'binary-ascii', maxLength: 40 });
    fc.assert(
      fc.property(
        fc.array(ascii, { maxLength: 6 }),
        fc.array(fc.nat(400), { maxLength: 8 }),
        (chunks, cuts) => {
          const whole = encode(chunks, { 'x-amz-checksum-crc32': 'AAAAAA==' });
          const places = [
            0,
            ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b),
            whole.length,
          ];
          const pieces = places.slice(1).map((end, index) => whole.subarray(places[index], end));
          expect(decode(pieces)).toEqual({
            body: chunks.join(''),
            trailers: { 'x-amz-checksum-crc32': 'AAAAAA==' },
          });
        },
      ),
    );
  });

  test('extensions of a chunk, as signatures, are passed over', () => {
    expect(decode([Buffer.from('3;chunk-signature=ab\r\nabc\r\n0\r\n\r\n')]).body).toBe('abc');
  });

  test.each([
    ['nothing', ''],
    ['no last chunk', '3\r\nabc\r\n'],
    ['a size that is none', 'zz\r\nabc\r\n0\r\n\r\n'],
    ['data longer than its size', '2\r\nabc\r\n0\r\n\r\n'],
    ['lines without a carriage return', '3\nabc\n0\n\n'],
    ['something behind the end', '0\r\n\r\nmore'],
  ])('%s is IncompleteBody', (_name, text) => {
    expect(() => decode([Buffer.from(text)])).toThrow(expect.objectContaining({ code: 'IncompleteBody' }));
  });
});
