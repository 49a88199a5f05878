import { expect, test } from 'vitest';
import { compileOwnType } from '../../../../src/core/audit-types/compile-own-type.ts';
import { inTryingOrder } from '../../../../src/core/audit-types/audit-type.ts';
import { RunAccount } from '../../../../src/core/accounting/run-account.ts';
import { buildClassifyRules } from '../../../../src/core/classify/build-rules.ts';
import { dayLayout } from '../../../../src/core/layout/layout.ts';
import { compiledAuditTypes } from '../../../../src/generated/audit-types.ts';
import { linesOf } from '../../bench/generated-lines.ts';
import { builtInRules, classify } from './classifying.ts';

const settings = { layout: dayLayout, selected: undefined, maxLineBytes: 1e6 };
const rules = builtInRules();

const query = {
  eventID: 'QUERY-AUDIT-1',
  clientID: 'c',
  eventTime: 1788256800000,
  eventVersion: '1.0.0',
  eventDetails: { actor: { username: 'ADA' }, result: {} },
};

/** Lines in the middle of a chunk, which are looked at without parsing them, and once more parsed. */
function warningsOf(events: readonly object[], of = rules): object[] {
  const text = `${events.map((event) => JSON.stringify(event)).join('\n')}\n`;
  const quick = classify(text, of).warnings;
  expect(classify(text, { ...of, classifyQuickly: undefined }).warnings).toEqual(quick);
  return quick;
}

test('an unknown version and unknown fields are told once, with the lines that would take them in', () => {
  const odd = {
    ...query,
    eventVersion: '9.9.9',
    rowFilter: 1,
    eventDetails: { ...query.eventDetails, result: { 'a/b': [] } },
  };
  expect(warningsOf([query, odd, odd, query])).toEqual([
    {
      type: 'query',
      warning: 'the schema does not know the field /eventDetails/result/a~1b',
      schemaLine: '/properties/eventDetails/properties/result/properties: "a/b": {}',
      lines: 2,
      firstLine: 1,
    },
    {
      type: 'query',
      warning: 'the schema does not know the field /rowFilter',
      schemaLine: '/properties: "rowFilter": {}',
      lines: 2,
      firstLine: 1,
    },
    {
      type: 'query',
      warning: 'the schema does not know version "9.9.9" (/eventVersion)',
      schemaLine: '/x-audit-export/versions: "known": ["1.0.0","9.9.9"]',
      lines: 2,
      firstLine: 1,
    },
  ]);
});

test('a field that another type knows is unknown all the same', () => {
  expect(warningsOf([{ ...query, responseCode: 201 }])).toMatchObject([
    { warning: 'the schema does not know the field /responseCode' },
  ]);
});

test('the line that is told takes the field in', () => {
  const builtIn = compiledAuditTypes.find(({ descriptor }) => descriptor.type === 'query');
  const schema = builtIn?.rules?.validate as { properties: object };
  const facts = {
    type: 'query',
    recognise: builtIn?.rules?.recognise,
    eventTime: builtIn?.descriptor.eventTime,
    versions: { at: '/eventVersion', known: ['1.0.0', '9.9.9'] },
  };
  const properties = { ...schema.properties, rowFilter: {} };
  const text = JSON.stringify({ ...schema, properties, 'x-audit-export': facts });
  const own = compileOwnType({ file: 'query.json', text });
  const withOwn = buildClassifyRules(inTryingOrder(compiledAuditTypes, [own]), settings);
  const odd = { ...query, eventVersion: '9.9.9', rowFilter: 1 };
  expect(warningsOf([odd], withOwn)).toEqual([]);
});

test.each([
  { case: 'objects of which nothing is listed', event: { ...query, userIdentity: { anything: 1 } } },
  {
    case: 'types that say they are open',
    event: { recordType: 'apiKey', dateTime: '1788256800000', success: true, novel: 1 },
  },
])('$case are open', ({ event }) => {
  expect(warningsOf([event])).toEqual([]);
});

test('what the vendors publish, and all that the generator makes, is known', () => {
  const text = Buffer.concat(
    linesOf({ seed: 5, lines: 1500 }).flatMap(({ bytes }) => [bytes, Buffer.from('\n')]),
  );
  const told = classify(text, rules).warnings.filter(({ schemaLine }) => schemaLine !== undefined);
  expect(told).toEqual([]);
});

test('names without end are told as one, and all of them are counted', () => {
  const account = new RunAccount(rules.types, 0);
  for (let index = 0; index < 5; index++) {
    const events = Array.from({ length: 100 }, (_, at) => ({ ...query, [`field${index * 100 + at}`]: 1 }));
    const text = `${events.map((event) => JSON.stringify(event)).join('\n')}\n`;
    account.addChunk(classify(text, rules), { source: 'a.jsonl', linesBefore: index * 100 });
  }
  expect(account.warnings.size).toBe(201);
  expect([...account.warnings.values()].at(-1)).toEqual({
    type: 'query',
    warning: 'the schema does not know more fields or versions',
    lines: 300,
    firstSource: 'a.jsonl',
    firstLine: 201,
  });
  expect(account.unknown.get('query')).toBe(500);
});
