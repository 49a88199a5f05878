import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileOwnType } from '../../../../src/core/audit-types/compile-own-type.ts';
import { inTryingOrder } from '../../../../src/core/audit-types/audit-type.ts';
import { buildClassifyRules } from '../../../../src/core/classify/build-rules.ts';
import type { ClassifyRules } from '../../../../src/core/classify/classify-chunk.ts';
import { hourLayout } from '../../../../src/core/layout/layout.ts';
import { compiledAuditTypes } from '../../../../src/generated/audit-types.ts';
import { linesOf } from '../../bench/generated-lines.ts';
import { builtInRules, classify } from './classifying.ts';
import type { ClassifiedChunk } from '../../../../src/ports/classifier.ts';
import { runs } from '../../../fakes/runs.ts';

const rules = builtInRules();
const parsing = (of: ClassifyRules): ClassifyRules => ({ ...of, classifyQuickly: undefined });

/** What both ways make of a line; the neighbour keeps it from being the last of the source, which is always parsed. */
function bothWays(line: Buffer | string, of = rules): { quick: ClassifiedChunk; parsed: ClassifiedChunk } {
  const stream = Buffer.concat([Buffer.from(line), Buffer.from('\n{}\n')]);
  return { quick: classify(stream, of), parsed: classify(stream, parsing(of)) };
}

/** How many of the lines need no parsing. */
function countQuick(lines: readonly Buffer[], { classifyQuickly }: ClassifyRules): number {
  return lines.filter((line) => {
    const closed = Buffer.concat([line, Buffer.from('\n')]);
    return classifyQuickly?.(closed, 0, line.length) !== undefined;
  }).length;
}

const good = linesOf({ seed: 5, lines: 600, late: 0.1 }).map(({ bytes }) => bytes);

/** What a line is made worse with: what JSON is made of, what it is not made of, and bytes of every kind. */
const pieces = fc
  .constantFrom(
    ' ',
    ...'{ } [ ] : , " \\ / - + . e E 0 19 u null true fals "" {} [] 1e5 1.5 -0 1e999 \\u0041 \\ud800 \\x'.split(
      ' ',
    ),
    ...'\t,\r,\0,é,\uFEFF'.split(','),
    ...'"eventTime":1, "eventID":null, "__proto__":{}, "eventDetails":"x", "\\u0065ventID":1,'.split(' '),
    '"eventName":"a:QueryAudit",',
  )
  .map((text) => Buffer.from(text));
const cut = fc.uint8Array({ maxLength: 2 }).map((bytes) => Buffer.from(bytes));

describe('a line gets the same verdict without being parsed', () => {
  test('for generated lines, good and bad; nearly all good ones need no parsing', () => {
    const lines = linesOf({ seed: 3, lines: 800, damage: 0.2, late: 0.1, order: 'random' });
    for (let at = 0; at < lines.length; at += 4) {
      const some = lines.slice(at, at + 4).flatMap(({ bytes }) => [bytes, Buffer.from('\n')]);
      const { quick, parsed } = bothWays(Buffer.concat(some));
      expect(quick).toEqual(parsed);
    }
    expect(countQuick(good, rules)).toBeGreaterThan(good.length * 0.9);
  });

  test('for good lines with a piece put in, or put in the place of others', () => {
    fc.assert(
      fc.property(
        fc.nat(good.length - 1),
        fc.array(fc.tuple(fc.nat(), fc.nat(6), fc.oneof(pieces, cut)), { minLength: 1, maxLength: 3 }),
        (index, changes) => {
          let line = good[index] as Buffer;
          for (const [place, removed, piece] of changes) {
            const at = place % (line.length + 1);
            line = Buffer.concat([line.subarray(0, at), piece, line.subarray(at + removed)]);
          }
          const { quick, parsed } = bothWays(line);
          expect(quick).toEqual(parsed);
        },
      ),
      { numRuns: runs(200) },
    );
  });

  const scalar = fc.oneof(
    fc.constantFrom(null, true, '', 'x', 0, -1, 1.5, 1e21, 5e-324, 946702800000, '2026-09-01T10:00:00Z'),
    fc.constantFrom(
      'QUERY-AUDIT-1',
      'custom-audit-1',
      'SnowflakeCI:QueryAudit',
      'nativeQuery',
      'Vault',
      'é\n',
    ),
    fc.double({ noNaN: true }),
    fc.string(),
  );
  const keys = fc.constantFrom(
    ...'eventID eventTime eventName eventSource eventDetails clientID id dt clientId threshold locks fields'.split(
      ' ',
    ),
    ...'recordType query startTime endTime duration userIdentity category actor result roles rowCount other'.split(
      ' ',
    ),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, tie('object'), tie('array')),
    array: fc.array(tie('value'), { maxLength: 3 }),
    object: fc.array(fc.tuple(keys, tie('value')), { maxLength: 8 }).map((members) => new Members(members)),
  }));
  const spaces = fc.constantFrom('', '', '', ' ', '\t ', '\r');

  test('for any JSON, with members twice, and with white space where it may be', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, value), { maxLength: 14 }), spaces, (members, space) => {
        const { quick, parsed } = bothWays(write(new Members(members), space));
        expect(quick).toEqual(parsed);
      }),
      { numRuns: runs(200) },
    );
  });

  test.each([
    ['1900-02-29 00:00:00Z'],
    ['0000-00-00 00:00:00Z'],
    ['1971-12-31T23:59:59.9999Z'],
    ['9999-12-31T23:59:59.999Z'],
    ['2026-02-28T24:00:00Z'],
    ['2026-12-29T23:59:60Z'],
    ['2026-09-01T10:00:00.Z'],
    ['2026-09-01T10:00:00,5Z'],
    ['2026-09-01T10:00:00.1234567899Z'],
    ['2026-09-01t10:00:00z'],
    ['2026-9-01T10:00:00.00Z'],
    ['2026-09-01T1\\u0030:00:00Z'],
    ['1788256800000'],
  ])('for the event time %s', (time) => {
    const { quick, parsed } = bothWays(
      `{"eventID":"QUERY-AUDIT-1","clientID":"c","eventDetails":{},"eventTime":"${time}"}`,
    );
    expect(quick).toEqual(parsed);
  });

  const digit = fc.constantFrom(...'0 1 2 3 4 5 6 7 8 9 : - . T Z _'.split(' '));
  test('for event times with anything in any place', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), fc.nat(27), digit, (date, at, character) => {
        const text = date.toISOString();
        const time = `${text.slice(0, at)}${character}${text.slice(at + 1)}`;
        const { quick, parsed } = bothWays(
          `{"eventID":"QUERY-AUDIT-1","clientID":"c","eventDetails":{},"eventTime":"${time}"}`,
        );
        expect(quick).toEqual(parsed);
      }),
      { numRuns: runs(200) },
    );
  });
});

test('lines get the same keys by which their events are known again', () => {
  const keyed = builtInRules({ eventKeys: true });
  const odd = ['"a\\u0062c"', '9007199254740993', '12', '""', '[1]', 'null', '1e2'].map((id) =>
    Buffer.from(`{"id":${id},"dt":1788256800000,"clientId":"c","rule":{}}`),
  );
  const stream = Buffer.concat([...good.slice(0, 100), ...odd].flatMap((line) => [line, Buffer.from('\n')]));
  expect(countQuick(good, keyed)).toBeGreaterThan(good.length * 0.9);
  expect(classify(stream, keyed).lineKeys).toHaveLength(105 * 16);
  expect(classify(stream, keyed)).toEqual(classify(stream, parsing(keyed)));
});

describe("types of a user's own", () => {
  const rulesWith = (recognise: unknown, schema: object, pointer = '/at'): ClassifyRules => {
    const facts = { type: 'own', recognise, eventTime: [{ at: pointer, forms: ['epoch-ms', 'iso-8601'] }] };
    const own = compileOwnType({
      file: 'own.json',
      text: JSON.stringify({ ...schema, 'x-audit-export': facts }),
    });
    return buildClassifyRules(inTryingOrder(compiledAuditTypes, [own]), {
      layout: hourLayout,
      selected: undefined,
      maxLineBytes: 1024 * 1024,
    });
  };
  const is = { properties: { kind: { const: 'own' } }, required: ['kind'] };
  const lines = [
    '{"kind":"own","at":1788256800000}',
    '{"kind":"own","at":1788256800000,"n":3,"s":"é😀","a":[1,2,"x"],"o":{"p":null}}',
    '{"kind":"own","at":1788256800000,"n":3.5,"s":"","a":[],"o":{"p":1}}',
    '{"kind":"own","at":1788256800000,"n":-0.0,"s":"abc","a":["x"],"o":[]}',
    '{"kind":"own","at":[1788256800000],"n":1e3,"s":"b"}',
    '{"kind":"\\u006fwn","at":1788256800000,"n":1E400}',
    '{"kind":["own"],"at":1788256800000}',
    '{"kind":"own","at":1788256800000,"constructor":1,"a\\\\b":1}',
  ];

  test.each([
    ['plain', is, {}],
    [
      'types',
      is,
      { properties: { n: { type: 'integer' }, a: { type: 'array', items: { type: ['string', 'null'] } } } },
    ],
    ['lengths', is, { properties: { s: { minLength: 1 } } }],
    ['longer lengths', is, { properties: { s: { minLength: 2, maxLength: 3 } } }],
    ['patterns', is, { properties: { s: { pattern: '^.{2}$' } } }],
    [
      'choices',
      is,
      { properties: { n: { enum: [3, 0, null] }, o: { anyOf: [{ required: ['p'] }, { type: 'array' }] } } },
    ],
    ['objects as constants', is, { properties: { o: { const: { p: 1 } } } }],
    ['negation', is, { not: { required: ['n'] } }],
    ['nothing else', is, { properties: { kind: true, at: true }, additionalProperties: false }],
    ['a reference', is, { $defs: { s: { type: 'string' } }, properties: { s: { $ref: '#/$defs/s' } } }],
    ['items that are looked into', is, { properties: { a: { items: { minimum: 2 } } } }],
    ['what all objects inherit', is, { required: ['constructor'] }],
    ['a key that is written with escapes', is, { required: ['a\\b'] }],
    ['a way of recognising that is left to ajv', { minProperties: 3 }, {}],
  ])('give the same verdicts: %s', (_, recognise, schema) => {
    const own = rulesWith(recognise, schema);
    for (const line of lines) {
      const { quick, parsed } = bothWays(line, own);
      expect(quick).toEqual(parsed);
    }
  });

  test('the time may stand in an array', () => {
    const own = rulesWith(is, {}, '/at/0');
    for (const line of lines) {
      const { quick, parsed } = bothWays(line, own);
      expect(quick).toEqual(parsed);
    }
    expect(classify(`${lines[4]}\n`, own).lineTimes[0]).toBe(1_788_256_800_000);
  });
});

/** An object that may have a member twice. */
class Members {
  readonly list: readonly (readonly [string, unknown])[];

  constructor(list: readonly (readonly [string, unknown])[]) {
    this.list = list;
  }
}

function write(value: unknown, space: string): string {
  if (value instanceof Members) {
    const members = value.list.map(
      ([key, member]) => `${JSON.stringify(key)}${space}:${write(member, space)}`,
    );
    return `{${space}${members.join(`${space},`)}${space}}`;
  }
  if (Array.isArray(value))
    return `[${space}${value.map((item) => write(item, space)).join(`,${space}`)}${space}]`;
  return `${space}${JSON.stringify(value)}${space}`;
}
