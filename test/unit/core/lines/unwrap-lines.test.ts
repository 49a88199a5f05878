import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { endOfWhole } from '../../../../src/core/lines/whole-lines.ts';
import { unwrapLine } from '../../../../src/core/lines/unwrap/unwrap-line.ts';
import type { Wrapping } from '../../../../src/core/lines/unwrap/unwrap-line.ts';
import { LineUnwrapper } from '../../../../src/core/lines/unwrap/unwrap-lines.ts';
import { inPieces } from '../../../fakes/reused-buffer.ts';

const time = '2026-11-23T05:30:00.123456789Z';
const docker = (log: string, stream = 'stdout'): string => JSON.stringify({ log, stream, time });

async function unwrapped(
  text: string,
  wrapping: Wrapping,
  sizes = [7],
  maxLineBytes = 1000,
): Promise<string> {
  const pieces: Buffer[] = [];
  const unwrapper = new LineUnwrapper({ wrapping, atEnd: 'close', maxLineBytes });
  for await (const piece of unwrapper.read(inPieces(Buffer.from(text), sizes)))
    pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
}

test.each<{ name: string; line: string; wrapping: Wrapping; content: string | undefined; partial?: boolean }>(
  [
    { name: 'CRI, whole', line: `${time} stdout F {"a":1}`, wrapping: 'cri', content: '{"a":1}' },
    { name: 'CRI, a part', line: `${time} stderr P {"a"`, wrapping: 'cri', content: '{"a"', partial: true },
    {
      name: 'CRI, other time zone',
      line: '2026-11-23T05:30:00+02:00 stdout F x',
      wrapping: 'cri',
      content: 'x',
    },
    { name: 'CRI, with a tag behind', line: `${time} stdout F:t1 x`, wrapping: 'cri', content: 'x' },
    { name: 'CRI, an empty line', line: `${time} stdout F `, wrapping: 'cri', content: '' },
    { name: 'CRI, spaces inside stay', line: `${time} stdout F   x `, wrapping: 'cri', content: '  x ' },
    { name: 'no CRI', line: '{"time":"2026-11-23T05:30:00Z"}', wrapping: 'cri', content: undefined },
    { name: 'docker, whole', line: docker('{"a":"ä\\n"}\n'), wrapping: 'docker', content: '{"a":"ä\\n"}' },
    { name: 'docker, a part', line: docker('{"a"'), wrapping: 'docker', content: '{"a"', partial: true },
    {
      name: 'docker, written anew with spaces',
      line: `{"log": "x\\n", "stream": "stdout", "time": "${time}"}`,
      wrapping: 'docker',
      content: 'x',
    },
    {
      name: 'an event is no docker line',
      line: '{"log":1,"stream":"x","time":"y"}',
      wrapping: 'docker',
      content: undefined,
    },
    { name: 'broken JSON is no docker line', line: '{"log":"x', wrapping: 'docker', content: undefined },
    { name: 'auto sees docker', line: docker('x\n'), wrapping: 'auto', content: 'x' },
    { name: 'auto sees CRI', line: `${time} stdout F x`, wrapping: 'auto', content: 'x' },
    {
      name: 'docker alone does not see CRI',
      line: `${time} stdout F x`,
      wrapping: 'docker',
      content: undefined,
    },
  ],
)('one line: $name', ({ line, wrapping, content, partial = false }) => {
  const found = unwrapLine(Buffer.from(line), wrapping);
  const expected = content === undefined ? undefined : { content, partial };
  expect(found && { content: found.content.toString(), partial: found.partial }).toEqual(expected);
});

const content = fc.string({ unit: 'grapheme', maxLength: 60 }).map((text) => text.replaceAll(/[\n\r]/g, ' '));
const lines = fc.array(fc.record({ content, cuts: fc.array(fc.nat(60), { maxLength: 3 }) }), {
  maxLength: 15,
});

/** A line in parts, each wrapped. */
function wrap(text: string, cuts: readonly number[], how: 'cri' | 'docker'): string {
  const points = [...new Set(cuts)].filter((cut) => cut < text.length).toSorted((a, b) => a - b);
  const parts = [0, ...points].map((start, n) => text.slice(start, points[n] ?? text.length));
  return parts
    .map((part, n) => {
      const last = n === parts.length - 1;
      if (how === 'cri') return `${time} stdout ${last ? 'F' : 'P'} ${part}\n`;
      return `${docker(last ? `${part}\n` : part)}\n`;
    })
    .join('');
}

describe.each(['cri', 'docker'] as const)('%s', (how) => {
  test('what was wrapped comes out byte for byte, whatever parts and pieces it was in', async () => {
    await fc.assert(
      fc.asyncProperty(lines, fc.integer({ min: 1, max: 90 }), async (list, size) => {
        // A surrogate pair that is cut apart is no text any more: runtimes cut bytes, this test cuts characters.
        const whole = list.map((line) => ({
          ...line,
          content: line.content.replaceAll(/[\ud800-\udfff]/g, '?'),
        }));
        const text = whole.map(({ content: one, cuts }) => wrap(one, cuts, how)).join('');
        const expected = whole.map(({ content: one }) => `${one}\n`).join('');
        expect(await unwrapped(text, how, [size])).toBe(expected);
        expect(await unwrapped(text, 'auto', [size])).toBe(expected);
        expect(endOfWhole(Buffer.from(text), how)).toBe(Buffer.byteLength(text));
      }),
      { numRuns: 60 },
    );
  });
});

test('parts of stdout and stderr that come mixed are joined each with its own', async () => {
  const text = `${time} stdout P a1\n${time} stderr P b1\n${time} stdout F a2\n${time} stderr F b2\n`;
  expect(await unwrapped(text, 'cri')).toBe('a1a2\nb1b2\n');
});

test('a block ends before the first line that is not whole on either stream', () => {
  const whole = `${time} stdout F one\n`;
  const rest = `${time} stderr P two\n${time} stdout F three\n`;
  expect(endOfWhole(Buffer.from(whole + rest), 'cri')).toBe(whole.length);
});

test('lines that are not wrapped pass as they are, also among others and without a last line end', async () => {
  const text = `plain\n${time} stdout F x\n{"log":"y\\n"}\n${docker('z\n')}\nend`;
  expect(await unwrapped(text, 'auto')).toBe('plain\nx\n{"log":"y\\n"}\nz\nend\n');
});

test('a line that is too long passes in its wrapping, in bounded memory, and the next one is unwrapped again', async () => {
  const long = `${time} stdout F ${'x'.repeat(5000)}\n`;
  expect(await unwrapped(`${long}${time} stdout F y\n`, 'cri', [100], 100)).toBe(`${long}y\n`);
});
