import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable } from '../../../../src/core/report/printable.ts';

test.each([
  ['plain.jsonl', 'plain.jsonl'],
  ['Übersicht ☃ 2026.jsonl', 'Übersicht ☃ 2026.jsonl'],
  ['red\u001b[31m.jsonl', String.raw`red\u001b[31m.jsonl`],
  ['two\nlines', String.raw`two\u000alines`],
])('%j is shown as %s', (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('no control character gets through', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const codes = Array.from(printable(text)).map((character) => character.codePointAt(0) ?? 0);
      expect(codes.filter((code) => code < 0x20 || (code >= 0x7f && code < 0xa0))).toEqual([]);
    }),
  );
});
