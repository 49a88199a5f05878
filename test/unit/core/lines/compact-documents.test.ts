import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compactDocuments } from '../../../../src/core/lines/documents/compact-documents.ts';
import { detectFormat } from '../../../../src/core/lines/documents/detect-format.ts';
import { inPieces } from '../../../fakes/reused-buffer.ts';
import { NotedContent } from './reading.ts';
import { runs } from '../../../fakes/runs.ts';

type Kind = 'array' | 'objects';

async function compact(text: string | Buffer, kind: Kind, sizes: readonly number[] = [5]): Promise<string> {
  const { lines, error } = await compactWhatThereIs(text, kind, sizes);
  if (error !== undefined) throw error as Error;
  return lines;
}

async function compactWhatThereIs(
  text: string | Buffer,
  kind: Kind,
  sizes: readonly number[],
  account = new NotedContent(kind),
): Promise<{ lines: string; error: unknown }> {
  const pieces: Buffer[] = [];
  let error: unknown;
  try {
    for await (const piece of compactDocuments(inPieces(Buffer.from(text), sizes), account))
      pieces.push(Buffer.from(piece));
  } catch (thrown) {
    error = thrown;
  }
  return { lines: Buffer.concat(pieces).toString(), error };
}

const jsonObject = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' }), {
  maxKeys: 4,
});
const space = fc.constantFrom<string | number | undefined>(undefined, 0, 1, 2, 8, '\t', ' \t\r\n');
const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 10 });
const compactLines = (values: readonly unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('');

describe('whatever the pieces, each value becomes its compact line', () => {
  test('of an array, printed in any way', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(jsonObject), space, sizes, async (values, indent, pieces) => {
        expect(await compact(JSON.stringify(values, null, indent), 'array', pieces)).toBe(
          compactLines(values),
        );
      }),
      { numRuns: runs(100) },
    );
  });

  test('of an array of any values: numbers, texts, lists, null', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue()), space, sizes, async (values, indent, pieces) => {
        expect(await compact(JSON.stringify(values, null, indent), 'array', pieces)).toBe(
          compactLines(values),
        );
      }),
      { numRuns: runs(100) },
    );
  });

  test('of objects that follow each other, with or without line ends between them', async () => {
    const between = fc.constantFrom('', '\n', '\r\n', '\n\n\n', ' ');
    await fc.assert(
      fc.asyncProperty(fc.array(jsonObject), space, between, sizes, async (values, indent, gap, pieces) => {
        const text = values.map((value) => JSON.stringify(value, null, indent)).join(gap);
        expect(await compact(text, 'objects', pieces)).toBe(compactLines(values));
      }),
      { numRuns: runs(100) },
    );
  });

  test('together with finding out the format: pretty objects of at least one member', async () => {
    const filled = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1, maxKeys: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(filled, { minLength: 1 }),
        fc.integer({ min: 1, max: 4 }),
        async (values, indent) => {
          const text = values.map((value) => JSON.stringify(value, null, indent)).join('\n');
          const { format } = await detectFormat(inPieces(Buffer.from(text), [1000]));
          expect(format).toBe('objects');
        },
      ),
      { numRuns: runs(80) },
    );
  });
});

describe('only the white space between tokens is left out', () => {
  test.each([
    [
      'numbers that no double can hold',
      '{ "a" : 1e400, "b": 1.0, "c": -0, "d": 12345678901234567890.5E+3 }',
      '{"a":1e400,"b":1.0,"c":-0,"d":12345678901234567890.5E+3}',
    ],
    ['keys that come twice', '{ "a": 1,\n "a": 2 }', '{"a":1,"a":2}'],
    ['the order of keys', '{ "b": 1, "1": 2, "a": 3 }', '{"b":1,"1":2,"a":3}'],
    ['escapes', String.raw`{ "a": "\u0041\/\\\" ]}[{, " }`, String.raw`{"a":"\u0041\/\\\" ]}[{, "}`],
    [
      'a backslash at the end of a text',
      String.raw`{ "a": "\\" , "b": "\\\"" }`,
      String.raw`{"a":"\\","b":"\\\""}`,
    ],
    ['line separators of Unicode', '{ "a": "\u2028\u2029\u0085" }', '{"a":"\u2028\u2029\u0085"}'],
    ['white space within texts', '{ "a \t b": "  " }', '{"a \t b":"  "}'],
    ['a no-break space, which is no white space of JSON', '{ "a":\u00a01 }', '{"a":\u00a01}'],
  ])('%s', async (_, text, line) => {
    expect(await compact(text, 'objects', [1])).toBe(`${line}\n`);
    expect(await compact(`[ ${text} , ${text} ]`, 'array', [1])).toBe(`${line}\n${line}\n`);
  });

  test('bytes that are not UTF-8 stay as they are', async () => {
    const pieces: Buffer[] = [];
    const bytes = Buffer.from([0x7b, 0x0a, 0x22, 0xff, 0xc3, 0x22, 0x3a, 0x31, 0x7d]);
    const account = new NotedContent('objects');
    for await (const piece of compactDocuments(inPieces(bytes, [2]), account))
      pieces.push(Buffer.from(piece));
    expect(Buffer.concat(pieces)).toEqual(
      Buffer.from([0x7b, 0x22, 0xff, 0xc3, 0x22, 0x3a, 0x31, 0x7d, 0x0a]),
    );
  });
});

describe('an array', () => {
  test.each([[1], [2], [3], [20]])(
    'that grows is taken up to a bare word in it (pieces of %d)',
    async (size) => {
      const account = new NotedContent('array', { mayWait: true });
      const { lines } = await compactWhatThereIs('[ 5,6 ,', 'array', [size], account);
      expect({ lines, ended: account.ended }).toEqual({ lines: '5\n6\n', ended: '[ 5,6'.length });
    },
  );

  test.each([
    ['that is empty has no lines', '[]', ''],
    ['that is empty over lines has no lines', ' [ \n ] \n', ''],
    ['of scalars has a line for each', '[1, "a", null ,true,[ ],{ }]', '1\n"a"\nnull\ntrue\n[]\n{}\n'],
    ['of arrays has a line for each', '[[1, [2]], []]', '[1,[2]]\n[]\n'],
  ])('%s', async (_, text, lines) => {
    expect(await compact(text, 'array', [1])).toBe(lines);
  });
});

describe('where the text stops making sense the rest passes through, line by line', () => {
  test.each<[string, Kind, string, string]>([
    [
      'behind the array',
      'array',
      '[{"a": 1}]\nrest of it\n{ "b": 2 }\n',
      '{"a":1}\nrest of it\n{ "b": 2 }\n',
    ],
    ['two numbers without a comma, which must not become one', 'array', '[1 2]\n', '1\n2]\n'],
    ['two values without a comma', 'array', '[{"a": 1} {"b": 2}]\n', '{"a":1}\n{"b": 2}]\n'],
    ['a comma too many', 'objects', '{"a": 1},\n{"b": 2}\n', '{"a":1}\n,\n{"b": 2}\n'],
    ['text behind an object', 'objects', '{"a": 1}\noops { }\n', '{"a":1}\noops { }\n'],
    ['a bracket too many', 'objects', '{"a": 1}}\n{ "b": 2}\n', '{"a":1}\n}\n{ "b": 2}\n'],
  ])('%s', async (_, kind, text, lines) => {
    for (const size of [1, 3, 1000]) expect(await compact(text, kind, [size])).toBe(lines);
  });

  test('a text that is cut at a line end closes its line, and makes no line of its own', async () => {
    const text = '{\n "a": "cut\n{ "b": 2}\n';
    for (const size of [1, 3, 1000])
      expect(await compact(text, 'objects', [size])).toBe('{"a":"cut\n{ "b": 2}\n');
  });
});

describe('a document that ends too early', () => {
  const document = '[ {"a": 1}, {"b": [2, 3]} ]';

  test('gives its whole values and what was begun as one line, and says that the file is cut', async () => {
    const whole = await compact(document, 'array');
    for (let end = 1; end < document.length; end++) {
      const { lines, error } = await compactWhatThereIs(document.slice(0, end), 'array', [3]);
      expect(error).toMatchObject({ code: 'source-broken', exitCode: 6 });
      expect((error as Error).message).toContain('events.json');
      expect(lines === '' || lines.endsWith('\n')).toBe(true);
      const [first = '', second = ''] = lines.split('\n');
      expect(whole.startsWith(first)).toBe(true);
      expect(second === '' || '{"b":[2,3]}'.startsWith(second)).toBe(true);
    }
  });

  test('in the middle of an object is one line that is no JSON, so that it is set aside', async () => {
    const lines = await compact('{\n  "a": {\n    "b": "c', 'objects');
    expect(lines).toBe('{"a":{"b":"c\n');
  });
});

describe('a document that goes on', () => {
  const document = fc
    .tuple(
      fc.constantFrom<Kind>('array', 'objects'),
      fc.array(jsonObject, { minLength: 1, maxLength: 6 }),
      space,
      fc.constantFrom('', '\n'),
    )
    .map(([kind, values, indent, end]) => {
      const texts = values.map((value) => JSON.stringify(value, null, indent));
      const text = kind === 'array' ? `[${texts.join(', ')}]` : texts.join('\n');
      return { kind, values, text: `${text}${end}` };
    });

  test('wherever it was cut: what was whole before, and what is read from behind that on, are its values', async () => {
    await fc.assert(
      fc.asyncProperty(document, fc.nat(), sizes, async ({ kind, values, text }, at, pieces) => {
        const bytes = Buffer.from(text);
        const cut = at % (bytes.length + 1);
        const first = new NotedContent(kind, { mayWait: true });
        const before = await compactWhatThereIs(bytes.subarray(0, cut), kind, pieces, first);
        expect(before.error).toBeUndefined();
        const taken = before.lines.slice(0, before.lines.lastIndexOf('\n') + 1);
        const second = new NotedContent(kind, { offset: first.ended, mayWait: true });
        const behind = await compactWhatThereIs(bytes.subarray(first.ended), kind, pieces, second);
        expect(behind.error).toBeUndefined();
        expect(second.waits).toBe(false);
        expect(taken + behind.lines).toBe(compactLines(values));
      }),
      { numRuns: runs(150) },
    );
  });

  test.each<[string, Kind, boolean]>([
    ['[{"a": 1}', 'array', true],
    ['[{"a": 1},\n', 'array', true],
    ['[{"a": 1}, {"b"', 'array', true],
    ['[{"a": 1}]', 'array', false],
    ['[]\n', 'array', false],
    ['{\n"a": 1}\n', 'objects', false],
  ])('%j waits for its end: %3$s', async (text, kind, waits) => {
    const account = new NotedContent(kind, { mayWait: true });
    const { error } = await compactWhatThereIs(text, kind, [3], account);
    expect({ error, waits: account.waits }).toEqual({ error: undefined, waits });
  });

  test('behind a whole array it was closed: nothing more is read as one of its values', async () => {
    const account = new NotedContent('array', { offset: 10 });
    expect((await compactWhatThereIs(' ]\n', 'array', [1], account)).lines).toBe('');
  });
});
