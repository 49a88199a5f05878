import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { SlotReader } from '../../../../src/core/classify/slots/slot-reader.ts';
import { SlotTree } from '../../../../src/core/classify/slots/value-slots.ts';

function opened(tree: SlotTree): SlotReader {
  const reader = SlotReader.open(tree);
  if (reader === undefined) throw new Error('this Node has no WebAssembly');
  return reader;
}

/** Reads a text that stands amid others, as a line of a chunk does. */
function read(reader: SlotReader, text: string): boolean {
  const before = Buffer.from('{"a":1}\n');
  const line = Buffer.from(text);
  const chunk = Buffer.concat([before, line, Buffer.from('\n{"b":2}\n')]);
  return reader.read(chunk, before.length, before.length + line.length) !== 0;
}

const keys = fc.oneof(fc.string({ maxLength: 20 }), fc.string({ unit: 'grapheme', maxLength: 20 }));
const isPlain = (key: string): boolean => JSON.stringify(key) === `"${key}"`;

describe('what is noted of a line', () => {
  test('a member is found by its whole name, however like another it is', () => {
    const names = fc.uniqueArray(fc.oneof(keys, fc.stringMatching(/^a[bc]{0,12}d$/)), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(names, fc.nat(), (all, half) => {
        const plain = all.filter(isPlain);
        const known = plain.slice(0, half % (plain.length + 1));
        const tree = new SlotTree();
        const slots = known.map((name) => tree.at([name]).number);
        const reader = opened(tree);
        const line = `{${plain.map((name, index) => `"${name}":${index}`).join(', ')}}`;
        expect(read(reader, line)).toBe(true);
        expect(slots.map((slot) => reader.valueOf(slot))).toEqual(known.map((_, index) => index));
      }),
      { numRuns: 300 },
    );
  });

  test('a number is what JSON.parse makes of it; one too large is left to the parser', () => {
    const tree = new SlotTree();
    const { number } = tree.at(['n']);
    const reader = opened(tree);
    const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,20})(\.\d{1,20})?([eE][+-]?\d{1,3})?$/);
    fc.assert(
      fc.property(digits, (text) => {
        const value = JSON.parse(text) as number;
        const isNumber = Number.isFinite(value);
        expect([read(reader, `{"n":${text}}`), reader.valueOf(number)]).toEqual([
          isNumber,
          isNumber ? value : undefined,
        ]);
      }),
    );
  });

  test('nothing is left of the line before', () => {
    const tree = new SlotTree();
    const { number } = tree.at(['a', 'b']);
    const reader = opened(tree);
    expect([read(reader, '{"a":{"b":"x"}}'), reader.valueOf(number)]).toEqual([true, 'x']);
    expect([read(reader, '{"a":{}}'), reader.valueOf(number)]).toEqual([true, undefined]);
  });

  test.each([
    [0, true],
    [1, false],
  ])('a line %d bytes beyond a mebibyte is read: %s', (beyond, isRead) => {
    const tree = new SlotTree();
    const { number } = tree.at(['a']);
    const reader = opened(tree);
    const empty = '{"a":1,"b":""}';
    const line = empty.replace('""', `"${'x'.repeat(2 ** 20 - empty.length + beyond)}"`);
    expect(read(reader, line)).toBe(isRead);
    expect(reader.valueOf(number)).toBe(isRead ? 1 : undefined);
  });
});

test('where the engine has no WebAssembly, there is no reader', async () => {
  vi.resetModules();
  vi.stubGlobal('WebAssembly', undefined);
  try {
    const { SlotReader: Alone } = await import('../../../../src/core/classify/slots/slot-reader.ts');
    expect(Alone.open(new SlotTree())).toBeUndefined();
  } finally {
    vi.unstubAllGlobals();
  }
});
