import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { layOutLine } from '../../../../src/core/quarantine/lay-out-line.ts';

/** What the mark of a line points to. */
function markedIn(text: string, instancePath?: string): string | undefined {
  const { lines, fault } = layOutLine(text, instancePath);
  return fault === undefined ? undefined : lines[fault.line]?.slice(fault.column);
}

describe('JSON', () => {
  test('is laid out one member a line, its tokens as they are', () => {
    expect(
      layOutLine('{"a":12345678901234567890,"b":[1.0,{}],"c":[],"d":"x, {\\"y\\": 1}"}', '/b').lines,
    ).toEqual([
      '{',
      '  "a": 12345678901234567890,',
      '  "b": [',
      '    1.0,',
      '    {}',
      '  ],',
      '  "c": [],',
      '  "d": "x, {\\"y\\": 1}"',
      '}',
    ]);
  });

  test('loses and gains nothing but white space', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { lines } = layOutLine(JSON.stringify(value), undefined);
        expect(lines.join('\n')).toBe(JSON.stringify(value, null, 2));
      }),
    );
  });

  test.each([
    ['', '{'],
    ['/a', '1,'],
    ['/b/1/c', '"x"'],
    ['/b/0', 'true,'],
    ['/d~1e', 'null,'],
    ['/f~0g', '[],'],
    ['/b/c', undefined],
    ['/a', '1,'],
    [undefined, undefined],
  ])('marks the value at %s', (path, marked) => {
    const text = '{"a":1,"b":[true,{"c":"x"}],"d/e":null,"f~g":[],"a":2}';
    expect(markedIn(text, path)).toBe(marked);
  });

  test('marks any value of any document', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (value) => {
        const [key = ''] = Object.keys(value);
        const path = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
        const [first = ''] = JSON.stringify(value[key], null, 2).split('\n');
        expect(markedIn(JSON.stringify(value), path)?.replace(/,$/, '')).toBe(first);
      }),
    );
  });
});

test.each([
  ['{"a":1,}', '}'],
  ['{"a":x}', 'x}'],
  ['{"a":"\u0001"}', '\u0001"}'],
  ['{"a":1', ''],
  ['{"a":"b', ''],
  ['{"a":tru', ''],
  ['{"a":1} {"b":2}', '{"b":2}'],
  ['{"a":1,"b" 2}', '2}'],
  ['no JSON', 'o JSON'],
  [`${'{"padding":"'.padEnd(5000, 'x')}",'a'}`, "'a'}"],
  ['', ''],
])('what is not JSON is marked where it stops to be: %s', (text, marked) => {
  expect(markedIn(text)).toBe(marked);
  expect(layOutLine(text, undefined).lines).toEqual([text]);
});

test('what is not UTF-8 is marked where that begins', () => {
  expect(markedIn(Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d]).toString('utf8'))).toBe('\uFFFD("}');
});
