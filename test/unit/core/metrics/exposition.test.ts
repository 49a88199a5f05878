import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { continueExposition } from '../../../../src/core/metrics/continue-exposition.ts';
import type { Family } from '../../../../src/core/metrics/exposition.ts';
import { parseExposition, renderExposition } from '../../../../src/core/metrics/exposition.ts';

const lines = (...all: string[]): string => `${all.join('\n')}\n`;

describe("Prometheus' text format", () => {
  test('is read with its escapes: a backslash, a line end and a quotation mark', () => {
    const text = lines(
      String.raw`# HELP a_total one \\ two \n three`,
      '# TYPE a_total counter',
      String.raw`a_total{path="C:\\x\ny",word="\"z\""} 1.5e3`,
    );
    expect(parseExposition(text)).toEqual([
      {
        name: 'a_total',
        type: 'counter',
        help: 'one \\ two \n three',
        samples: [
          {
            name: 'a_total',
            labels: [
              ['path', 'C:\\x\ny'],
              ['word', '"z"'],
            ],
            value: 1500,
          },
        ],
      },
    ]);
  });

  test.each([
    ['a last line without its end', '# TYPE a counter'],
    ['a value without a TYPE', 'a 1\n'],
    ['a value after which the TYPE comes', lines('# HELP a x', 'a 1', '# TYPE a counter')],
    ['two TYPEs', lines('# TYPE a counter', '# TYPE a gauge')],
    ['two HELPs', lines('# HELP a x', '# HELP a y')],
    ['a type that there is not', lines('# TYPE a meter')],
    ['the same series twice', lines('# TYPE a gauge', 'a{x="1",y="2"} 1', 'a{y="2",x="1"} 1')],
    ['a quotation mark that is not escaped', lines('# TYPE a gauge', 'a{x="1"2"} 1')],
    ['an escape that there is not', lines('# TYPE a gauge', String.raw`a{x="\t"} 1`)],
    ['a label without a value', lines('# TYPE a gauge', 'a{x} 1')],
    ['a name that begins with a digit', lines('# TYPE a gauge', '1a 1')],
    ['no number', lines('# TYPE a gauge', 'a one')],
    ['a time stamp', lines('# TYPE a gauge', 'a 1 1700000000000')],
    ['a comment of another kind', lines('# made by hand')],
  ])('is refused with %s', (_, text) => {
    expect(() => parseExposition(text)).toThrow(Error);
  });

  test('written and read is the same again, whatever is in help and labels', () => {
    const texts = fc.string({
      unit: fc.constantFrom('\\', '\n', '"', '{', '}', ',', '=', ' ', 'n', 'ü', '𐍈'),
    });
    fc.assert(
      fc.property(texts, fc.uniqueArray(texts), fc.double({ noNaN: true, min: 0 }), (help, values, value) => {
        const samples = values.map((text) => ({ name: 'a', labels: [['x', text] as const], value }));
        const families: Family[] = [{ name: 'a', type: 'gauge', help, samples }];
        expect(parseExposition(renderExposition(families))).toEqual(families);
      }),
    );
  });
});

describe('a file that goes on where the run before ended', () => {
  const family = (name: string, type: string, samples: Record<string, number>): Family => ({
    name,
    type,
    help: 'x',
    samples: Object.entries(samples).map(([type, value]) => ({ name, labels: [['type', type]], value })),
  });

  test.each<[string, Family[], Family[], Record<string, number>]>([
    [
      'adds counters, and keeps series that this run has not',
      [family('audit_export_lines_total', 'counter', { a: 5, b: 7 })],
      [family('audit_export_lines_total', 'counter', { a: 3, c: 1 })],
      { a: 8, b: 7, c: 1 },
    ],
    [
      'keeps the last success until there is a new one',
      [family('audit_export_last_success_timestamp_seconds', 'gauge', { a: 5, b: 7 })],
      [family('audit_export_last_success_timestamp_seconds', 'gauge', { a: 9 })],
      { a: 9, b: 7 },
    ],
    [
      'forgets what was true of the other process only',
      [family('audit_export_open_partitions', 'gauge', { a: 5 })],
      [family('audit_export_open_partitions', 'gauge', {})],
      {},
    ],
    [
      'begins anew where the type has changed',
      [family('audit_export_lines_total', 'gauge', { a: 5 })],
      [family('audit_export_lines_total', 'counter', { a: 3 })],
      { a: 3 },
    ],
  ])('%s', (_, before, now, samples) => {
    expect(continueExposition(before, now)).toEqual([
      family(now[0]?.name ?? '', now[0]?.type ?? '', samples),
    ]);
  });

  const histogram = (bounds: Record<string, number>): Family => ({
    name: 'audit_export_delivery_lag_seconds',
    type: 'histogram',
    help: 'x',
    samples: Object.entries(bounds).map(([le, value]) => ({
      name: 'audit_export_delivery_lag_seconds_bucket',
      labels: [['le', le]],
      value,
    })),
  });

  test('adds histograms of the same buckets, and begins anew with others', () => {
    const before = [histogram({ '60': 1, '+Inf': 2 })];
    expect(continueExposition(before, [histogram({ '60': 1, '+Inf': 1 })])).toEqual([
      histogram({ '60': 2, '+Inf': 3 }),
    ]);
    const others = [histogram({ '30': 1, '+Inf': 1 })];
    expect(continueExposition(before, others)).toEqual(others);
    expect(continueExposition(before, [histogram({})])).toEqual(before);
  });
});
