import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { RowScanner } from '../../../../src/adapters/snowflake/row-scanner.ts';
import type { SnowflakeRow } from '../../../../src/ports/snowflake.ts';

/** Feeds JSON in pieces of given sizes. */
function scan(json: string, sizes: readonly number[]): SnowflakeRow[] {
  const bytes = Buffer.from(json);
  const scanner = new RowScanner();
  const rows: SnowflakeRow[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    rows.push(...scanner.push(bytes.subarray(at, at + size)));
    at += size;
  }
  scanner.end();
  return rows;
}

const cell = fc.option(
  fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^["\\[\]{},: a]*$/), fc.json()),
  { nil: null },
);

test('rows come out as they went in, wherever the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { maxLength: 4 }), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
      fc.constantFrom(undefined, 2),
      (rows, sizes, indent) => {
        expect(scan(JSON.stringify({ data: rows }, undefined, indent), sizes)).toEqual(rows);
      },
    ),
  );
});

test('what stands beside the rows is passed over, before them and after them', () => {
  const json = JSON.stringify({ a: [['no'], 'data', { data: [['no']] }], data: [['yes']], b: [['no']] });
  for (const size of [1, 2, 3, 1000]) expect(scan(json, [size])).toEqual([['yes']]);
});

test.each(['', '{"data":[["a"', '{"data":[["a"]]', '{"code":"1"}', '{"data":[["a\\"]]}'])(
  'an answer that is cut short is an error: %s',
  (json) => {
    expect(() => scan(json, [4])).toThrow(SyntaxError);
  },
);

test('only the row that is not complete is kept', () => {
  const scanner = new RowScanner();
  scanner.push(Buffer.from('{"data":['));
  const row = Buffer.from(`["${'x'.repeat(100_000)}"],`);
  let rows = 0;
  for (let turn = 0; turn < 200; turn++) rows += scanner.push(row).length;
  expect(rows).toBe(200);
});
