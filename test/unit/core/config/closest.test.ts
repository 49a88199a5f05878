import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { closest } from '../../../../src/core/config/closest.ts';

const types = ['query', 'system', 'custom', 'alert', 'tokenization', 'native-query'];

test.each([
  ['qurey', 'query'],
  ['quer', 'query'],
  ['querry', 'query'],
  ['Query', 'query'],
  ['alerts', 'alert'],
  ['tokenisation', 'tokenization'],
  ['nativequery', 'native-query'],
  ['tokenizaiton', 'tokenization'],
  ['banana', undefined],
  ['', undefined],
])('%j was meant to be %j', (word, meant) => {
  expect(closest(word, types)).toBe(meant);
});

test('nothing was meant where there is nothing', () => {
  expect(closest('query', [])).toBeUndefined();
});

test('one slip in a word of three letters or more is always forgiven', () => {
  fc.assert(
    fc.property(fc.constantFrom(...types), fc.nat(), fc.constantFrom('z', ''), (word, place, letter) => {
      const at = place % word.length;
      expect(closest(word.slice(0, at) + letter + word.slice(at + 1), types)).toBe(word);
    }),
  );
});
