import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  literal,
  matches,
  plainText,
  splitAtColons,
  withWildcards,
} from '../../../../src/core/policy/pattern.ts';

/** The plain definition, by dynamic programming: does `pattern[p…]` fit `text[t…]`? */
function fitsByDefinition(pattern: string, text: string): boolean {
  const wanted = Array.from(pattern);
  const given = Array.from(text);
  let row = given.map(() => false).concat(true);
  for (const step of wanted.toReversed()) {
    const next = Array.from(row, () => false);
    for (let t = given.length; t >= 0; t -= 1) {
      const rest = row[t + 1] ?? false;
      if (step === '*') next[t] = row[t]! || (next[t + 1] ?? false);
      else next[t] = t < given.length && (step === '?' || step === given[t]) && rest;
    }
    row = next;
  }
  return row[0]!;
}

describe('a wildcard pattern', () => {
  test.each([
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['?', '', false],
    ['?', '😀', true],
    ['??', '😀', false],
    ['a*c', 'abc', true],
    ['a*c', 'abcd', false],
    ['a*b*c', 'aXbYbZc', true],
    ['**a**', 'a', true],
    ['a.c', 'abc', false],
    ['(a+)+$', '(a+)+$', true],
  ])('%j against %j is %j', (pattern, text, fits) => {
    expect(matches(withWildcards(pattern), text)).toBe(fits);
  });

  test('means what its plain definition means', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '😀', '*', '?'), maxLength: 12 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '😀'), maxLength: 16 });
    fc.assert(
      fc.property(letters, text, (pattern, text) => {
        expect(matches(withWildcards(pattern), text)).toBe(fitsByDefinition(pattern, text));
      }),
      { numRuns: 2000 },
    );
  });

  test('taken literally matches only itself, wildcards included', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (pattern, text) => {
        expect(matches(literal(pattern), text)).toBe(pattern === text);
        expect(plainText(withWildcards(`${pattern}*?`))).toBe(`${pattern}*?`);
      }),
    );
  });

  test('a hostile one costs no more than its length times that of the text', () => {
    const hostile = withWildcards('*a'.repeat(500) + 'b');
    const started = performance.now();
    expect(matches(hostile, 'a'.repeat(2000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

test('an ARN is cut at its first five colons only', () => {
  const fields = splitAtColons(withWildcards('arn:aws:s3:::bucket/a:b:c'), 6).map(plainText);
  expect(fields).toEqual(['arn', 'aws', 's3', '', '', 'bucket/a:b:c']);
  expect(splitAtColons(withWildcards('no colon'), 6)).toHaveLength(1);
});
