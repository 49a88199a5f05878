import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { detectFormat } from '../../../../src/core/lines/documents/detect-format.ts';
import { inPieces } from '../../../fakes/reused-buffer.ts';
import type { SourceFormat } from '../../../../src/ports/sources/source.ts';

async function detect(bytes: Buffer, sizes: readonly number[] = [7], known?: SourceFormat) {
  const { bytes: rest, ...facts } = await detectFormat(inPieces(bytes, sizes), known);
  const pieces: Buffer[] = [];
  for await (const piece of rest) pieces.push(Buffer.from(piece));
  return { ...facts, rest: Buffer.concat(pieces) };
}

const event = { eventName: 'x', list: [1, { a: [] }], text: 'a ] } " \\ \u2028' };
const line = JSON.stringify(event);
const pretty = JSON.stringify(event, null, 2);
const wide = JSON.stringify({ a: 'x'.repeat(100_000) });

describe('the format is told by how a source begins', () => {
  test.each<[string, string, SourceFormat]>([
    ['nothing', '', 'lines'],
    ['white space only', ' \n\n', 'lines'],
    ['one line', line, 'lines'],
    ['lines', `${line}\n${line}\n`, 'lines'],
    ['lines with CRLF', `${line}\r\n${line}\r\n`, 'lines'],
    ['blank lines first', `\n\n  \n${line}\n${line}\n`, 'lines'],
    ['a line longer than what is looked at', `${wide}\n${line}\n`, 'lines'],
    ['text', 'Hello\nWorld\n', 'lines'],
    ['a line that is an array of its own', `[1,2]\n${line}\n`, 'lines'],
    ['an array in one line', JSON.stringify([event, event]), 'array'],
    ['an array in one line, with a line end', `${JSON.stringify([event])}\n`, 'array'],
    ['an array in one line that is longer than what is looked at', `[${wide},${wide}]`, 'array'],
    ['a pretty array', JSON.stringify([event, event], null, 2), 'array'],
    ['an array with tabs and CRLF', JSON.stringify([event], null, '\t').replaceAll('\n', '\r\n'), 'array'],
    ['an array of one event a line', `[\n${line},\n${line}\n]\n`, 'array'],
    ['an array that begins with its first event', `[${line},\n${line}]\n`, 'array'],
    ['an empty array', '[]', 'array'],
    ['an empty array over lines', '[\n]\n', 'array'],
    ['blank lines before an array', `\n\n[\n${line}\n]`, 'array'],
    ['a pretty object', pretty, 'objects'],
    ['a pretty object with CRLF', pretty.replaceAll('\n', '\r\n'), 'objects'],
    ['pretty objects, as jq prints them', `${pretty}\n${pretty}\n`, 'objects'],
    ['a pretty object that begins with a member', `{ "a": 1,\n  "b": 2\n}\n`, 'objects'],
    [
      'a pretty object whose second line is long',
      `{\n  "a": "${'x'.repeat(100_000)}",\n  "b": 1\n}\n`,
      'objects',
    ],
  ])('%s', async (_, text, format) => {
    expect((await detect(Buffer.from(text), [1000])).format).toBe(format);
  });
});

describe('a damaged first line does not change how the others are read', () => {
  const good = `${line}\n${line}\n`;

  test.each([
    ['cut behind a comma', `{"eventName":"x",\n${good}`],
    ['cut behind a colon', `{"eventName":\n${good}`],
    ['cut behind a bracket', `{\n${good}`],
    ['cut behind a list bracket', `{"a":[\n${good}`],
    ['cut within a text', `{"eventName":"x\n${good}`],
    ['cut within a text, behind a comma', `{"eventName":"x,\n${good}`],
    ['without its beginning', `"x","b":1}\n${good}`],
    ['a brace too many', `${line}}\n${good}`],
    ['cut behind a comma, with CRLF', `{"eventName":"x",\r\n${line}\r\n${line}\r\n`],
    ['cut behind a comma, then a blank line', `{"eventName":"x",\n\n${good}`],
    ['cut behind a comma, then another damaged line', `{"eventName":"x",\n{"eventName":"y"\n${good}`],
    ['cut behind a comma, then a line longer than what is looked at', `{"eventName":"x",\n${wide}\n${good}`],
    ['an array that is cut', `[{"eventName":"x"\n${good}`],
    ['an array that is cut behind a comma', `[1,2,\n${good}`],
    ['brackets of a log', `[INFO] starting\n${good}`],
    ['a range of arrays', `[1,2][3]\n${good}`],
  ])('%s', async (_, text) => {
    expect((await detect(Buffer.from(text), [1000])).format).toBe('lines');
  });
});

test('a format that is known is not doubted', async () => {
  expect((await detect(Buffer.from('[]'), [7], 'lines')).format).toBe('lines');
});

describe('a byte order mark', () => {
  const mark = Buffer.from([0xef, 0xbb, 0xbf]);

  test.each([1, 2, 3, 4, 1000])('is left out, in pieces of %d bytes', async (size) => {
    const { skippedBytes, rest, format } = await detect(Buffer.concat([mark, Buffer.from(pretty)]), [size]);
    expect({ skippedBytes, rest: rest.toString(), format }).toEqual({
      skippedBytes: 3,
      rest: pretty,
      format: 'objects',
    });
  });

  test('is part of what tells sources apart, and is left out once only', async () => {
    const bytes = Buffer.concat([mark, mark, Buffer.from('x')]);
    const { rest, headHash } = await detect(bytes);
    expect(rest).toEqual(bytes.subarray(3));
    expect(headHash).toBe(createHash('sha256').update(bytes).digest('hex').slice(0, 32));
  });

  test('of half its length is no mark', async () => {
    const { skippedBytes, rest } = await detect(mark.subarray(0, 2));
    expect([skippedBytes, rest.length]).toEqual([0, 2]);
  });
});

test('all bytes come through, whatever the pieces, and the hash is that of the first 4 KiB', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 1, maxLength: 4 });
  const length = fc.oneof(fc.nat(200), fc.nat(200_000));
  await fc.assert(
    fc.asyncProperty(length, fc.nat(255), sizes, async (bytes, seed, pieces) => {
      fc.pre(bytes / Math.min(...pieces) < 2000);
      const whole = Buffer.from(Uint8Array.from({ length: bytes }, (_, at) => (at * 31 + seed) % 251));
      const { rest, headHash, skippedBytes } = await detect(whole, pieces);
      expect(rest.equals(whole.subarray(skippedBytes))).toBe(true);
      expect(headHash).toBe(createHash('sha256').update(whole.subarray(0, 4096)).digest('hex').slice(0, 32));
    }),
    { numRuns: 50 },
  );
});

test('a source that is not read to its end is closed', async () => {
  let closed = false;
  const endless = async function* (): AsyncGenerator<Buffer> {
    try {
      for (;;) yield Buffer.from('x\n'.repeat(5000));
    } finally {
      closed = true;
    }
  };
  const { bytes } = await detectFormat(endless());
  let pieces = 0;
  for await (const _ of bytes) if (++pieces === 3) break;
  expect(closed).toBe(true);
});
