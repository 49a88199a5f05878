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
  // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      (text) => !/[\u0000-\u001f\u007f-\u009f]/.test(printable(text)),
    ),
  );
});
