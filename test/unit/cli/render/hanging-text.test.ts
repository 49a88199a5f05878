import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { hangingText } from '../../../../src/cli/render/hanging-text.ts';

test('lines after the first are indented, and none is wider than the terminal', () => {
  expect(hangingText('one two three four five six', 10, 30)).toBe('one two three four\n          five six');
});

test('a word that is too long stays whole', () => {
  expect(hangingText('see s3://acme-audit/altr/_audit-export now', 4, 30)).toBe(
    'see\n    s3://acme-audit/altr/_audit-export\n    now',
  );
});

test('without a terminal nothing is broken', () => {
  expect(hangingText('one two', 1, undefined)).toBe('one two');
});

test('no word is lost, whatever the width', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^\S{1,30}$/), { minLength: 1 }),
      fc.nat(200),
      (words, columns) => {
        expect(hangingText(words.join(' '), 4, columns).split(/\s+/)).toEqual(words);
      },
    ),
  );
});
