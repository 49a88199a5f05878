import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { wrapLine, wrapText } from '../../../../src/core/report/wrap.ts';

test('a line is broken at words, and what follows is indented', () => {
  expect(wrapLine('  one two three four', 14)).toEqual(['  one two', '    three four']);
  expect(wrapLine('one two three', 9, 1)).toEqual(['one two', ' three']);
});

test('a command is never broken: what is copied from a terminal can be pasted', () => {
  const command = "audit-export quarantine drop 3f2a91c0 --reason 'half a line' --profile acme";
  expect(wrapLine(`  → Take it out: ${command}, or leave it.`, 40, 4)).toEqual([
    '  → Take it out:',
    `    ${command},`,
    '    or leave it.',
  ]);
});

test('no word is lost, and only what can not be broken is too wide', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z-]{1,30}$/), { minLength: 1 }),
      fc.integer({ min: 5, max: 120 }),
      (words, columns) => {
        const lines = wrapLine(words.join(' '), columns);
        expect(lines.join(' ').split(/ +/)).toEqual(words);
        for (const line of lines) expect(line.length <= columns || /^ *\S+$/.test(line)).toBe(true);
      },
    ),
  );
});

test('each line of a text is broken by itself, and nothing where there is no terminal', () => {
  expect(wrapText('one two three\n  four five six\n', 11)).toBe('one two\n  three\n  four five\n    six\n');
  expect(wrapText('one two three\n', undefined)).toBe('one two three\n');
});
