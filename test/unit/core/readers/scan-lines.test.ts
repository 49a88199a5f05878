import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildMatcher, buildQuickMatcher, needleOf } from '../../../../src/core/readers/find/criteria.ts';
import { buildEventReader } from '../../../../src/core/readers/columns/known-types.ts';
import { readInOrder } from '../../../../src/core/readers/read-ahead.ts';
import { parseLine } from '../../../../src/core/readers/columns/read-row.ts';
import type { ScannedLine } from '../../../../src/core/readers/find/scan-lines.ts';
import { buildLineScanner } from '../../../../src/core/readers/find/scan-lines.ts';
import type { TextWindow } from '../../../../src/core/readers/find/text-window.ts';
import { buildTextWindow, plainWindow } from '../../../../src/core/readers/find/text-window.ts';
import { compiledAuditTypes } from '../../../../src/generated/audit-types.ts';
import { runs } from '../../../fakes/runs.ts';

function never(): never {
  throw new Error('no column is asked about');
}

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function scan(text: string, needle: string, size = 7): Promise<[number, string][]> {
  const found: [number, string][] = [];
  const pick = ({ number, bytes }: ScannedLine): [number, string] => [number, bytes.toString()];
  for await (const lines of buildLineScanner(needle)(cut(Buffer.from(text), size), pick))
    found.push(...lines);
  return found;
}

test('lines with the text are found however the pieces are cut, whatever the case, each once', async () => {
  const text = 'one\n\nJane and jane\nnone\nx JANE\nlast jAnE';
  for (let size = 1; size < 45; size++)
    expect(await scan(text, 'jane', size)).toEqual([
      [3, 'Jane and jane'],
      [5, 'x JANE'],
      [6, 'last jAnE'],
    ]);
});

test('a line with an escape by number may hold anything, and no needle means every line', async () => {
  expect(await scan('{"a":"\\u004aane"}\n{"a":"\\\\"}\n', 'jane')).toEqual([[1, '{"a":"\\u004aane"}']]);
  expect(await scan('a\nb', '')).toEqual([
    [1, 'a'],
    [2, 'b'],
  ]);
});

test('both windows find every place of a text, whatever they held before, and however large what is put there', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[abAB@`{ ]{1,5}$/),
      fc.array(fc.constantFrom('a', 'b', 'A', 'B', '@', '`', '{', ' ', '\n', 'é'), { maxLength: 60 }),
      fc.constantFrom(0, 1024 * 1024 - 20, 2 * 1024 * 1024 - 5),
      (needle, letters, offset) => {
        const bytes = Buffer.concat([Buffer.alloc(offset, 'x'), Buffer.from(letters.join(''))]);
        const places = (window: TextWindow): number[] => {
          const found: number[] = [];
          window.fill(Buffer.from(`${needle}${needle}`));
          expect(window.fill(bytes.subarray(0, 3), bytes.subarray(3)).equals(bytes)).toBe(true);
          for (let at = window.find(1, 0); at !== undefined; at = window.find(1, at + 1)) found.push(at);
          return found;
        };
        const text = bytes.toString('latin1').replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
        const expected: number[] = [];
        for (
          let at = text.indexOf(needle.toLowerCase());
          at !== -1;
          at = text.indexOf(needle.toLowerCase(), at + 1)
        )
          expected.push(at);
        expect(places(buildTextWindow(['zz', needle]))).toEqual(expected);
        expect(places(plainWindow(['zz', needle.toLowerCase()]))).toEqual(expected);
      },
    ),
    { numRuns: runs(20) },
  );
});

test('no event that fulfils the criteria is passed over because of the needle', async () => {
  const readers = buildEventReader(compiledAuditTypes).columnsOf('alert');
  const word = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.string({ unit: 'grapheme', maxLength: 6 }),
    fc.constantFrom('DB.PUBLIC.T', 'a"b\\c/d', 'PII=SSN', 'tab\there', 'é', ''),
  );
  /** JSON as others write it: slashes and whatever is not ASCII as escapes. */
  const escaped = (json: string): string =>
    json
      .replaceAll('/', '\\/')
      .replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  await fc.assert(
    fc.asyncProperty(word, word, fc.boolean(), async (first, second, asEscapes) => {
      const event = {
        user: { trackingId: first },
        fields: [{ databaseName: first, tableName: second, columnName: second }],
      };
      const json = JSON.stringify(event);
      const line = asEscapes ? escaped(json) : json;
      const parsed = parseLine(line);
      for (const criteria of [
        { actor: first.toUpperCase() },
        { column: second },
        { object: `${first}.${second}` },
        { text: second },
      ]) {
        const fulfils = buildMatcher(criteria)((name) => readers[name](parsed), parsed);
        const quick = buildQuickMatcher(criteria);
        const forCertain = ({ bytes, at }: ScannedLine): boolean => at !== undefined && quick(bytes, at);
        const judged = buildLineScanner(needleOf(criteria))(cut(Buffer.from(line), 9), forCertain);
        const isKnown = (await judged.next()).value?.[0] === true;
        expect(isKnown && !fulfils).toBe(false);
        if (!fulfils) continue;
        expect(await scan(`{}\n${line}\n{}`, needleOf(criteria))).toContainEqual([2, line]);
      }
    }),
    { numRuns: runs(60) },
  );
});

test.each([
  ['{"query":"select SSN from t"}', true],
  ['{"query":"a\\\\","note":"x ssn \\" y"}', true],
  ['{"ssn":1}', false],
  ['{"ssn" : "x"}', false],
  ['{"list":["ssn"]}', true],
  ['"ssn"', true],
  ['{"text":"{\\"ssn\\":1}"}', true],
])('%s is known to hold the text ssn in a value without being parsed: %s', (line, isKnown) => {
  const bytes = Buffer.from(line);
  const at = line.toLowerCase().indexOf('ssn');
  expect(buildQuickMatcher({ text: 'ssn' })(bytes, at)).toBe(isKnown);
  expect(buildMatcher({ text: 'ssn' })(() => never(), parseLine(line))).toBe(isKnown);
});

test.each([
  ['the letter of an escape', '{"a":"\\nssn"}', { text: 'nssn' }],
  ['a word of JSON', '{"a":true}', { text: 'true' }],
  ['a number', '{"a":1234}', { text: '123' }],
  ['a text and more', '{"a":"ssn"}', { text: 'ssn', actor: 'ada' }],
  ['a time', '{"a":"ssn"}', { text: 'ssn', sinceMs: 1 }],
])('nothing is known without parsing where the criteria are %s', (_, line, criteria) => {
  const at = line.indexOf(criteria.text);
  expect(at).toBeGreaterThan(0);
  expect(buildQuickMatcher(criteria)(Buffer.from(line), at)).toBe(false);
});

test('sources that are read at once come out in their order, and are ended when nobody asks any more', async () => {
  const ended: number[] = [];
  async function* source(number: number): AsyncGenerator<{ of: number; item: number }> {
    try {
      for (let item = 0; item < 30; item++) yield { of: number, item };
    } finally {
      ended.push(number);
    }
  }
  async function* numbers(): AsyncGenerator<number> {
    yield* [0, 1, 2, 3, 4];
  }
  const all: string[] = [];
  for await (const { of, item } of readInOrder(numbers(), source, 3)) all.push(`${of}-${item}`);
  const expected = [0, 1, 2, 3, 4].flatMap((of) => Array.from({ length: 30 }, (_, item) => `${of}-${item}`));
  expect(all).toEqual(expected);
  expect(new Set(ended)).toEqual(new Set([0, 1, 2, 3, 4]));
  ended.length = 0;
  const some = readInOrder(numbers(), source, 3);
  await some.next();
  await some.return(undefined);
  expect(new Set(ended)).toEqual(new Set([0, 1, 2]));
});
