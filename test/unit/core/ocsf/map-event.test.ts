import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { mapLines } from '../../../../src/commands/map/ocsf.ts';
import { inTryingOrder } from '../../../../src/core/audit-types/audit-type.ts';
import { longestString, ocsfClasses, ocsfVersion } from '../../../../src/core/ocsf/classes.ts';
import { mapToOcsf } from '../../../../src/core/ocsf/map-event.ts';
import { ocsfMappings } from '../../../../src/core/ocsf/mappings.ts';
import { buildEventReader } from '../../../../src/core/readers/columns/known-types.ts';
import { parseLine, readRow } from '../../../../src/core/readers/columns/read-row.ts';
import type { EventRow } from '../../../../src/core/readers/columns/standard-columns.ts';
import { compiledAuditTypes } from '../../../../src/generated/audit-types.ts';
import { eventLines } from '../consumers/event-lines.ts';

const official = JSON.parse(
  readFileSync(new URL(`../../../fixtures/ocsf/ocsf-${ocsfVersion}.schema.json`, import.meta.url), 'utf8'),
) as { $defs: Record<string, { properties: Record<string, { enum?: number[]; const?: number }> }> };
const ajv = new Ajv2020({ allErrors: true, strict: false, unicodeRegExp: false });
ajv.addSchema(official, 'ocsf');

/** What keeps an event from being one of its class, by the official schema; nothing where it is. */
function problemsOf(event: Record<string, unknown>): string[] {
  const found = Object.entries(ocsfClasses).find(([, { uid }]) => uid === event['class_uid']);
  const check = ajv.getSchema(`ocsf#/$defs/${found?.[0]}`);
  if (check === undefined) return [`there is no class ${String(event['class_uid'])}`];
  void check(event);
  return (check.errors ?? []).map(({ instancePath, message, params }) =>
    [instancePath, message, JSON.stringify(params)].join(' '),
  );
}

const reader = buildEventReader(inTryingOrder(compiledAuditTypes, []));
const read = (type: string, line: string): EventRow => readRow(reader.columnsOf(type), parseLine(line));
const events = eventLines(2000);
const mapped = events.flatMap(({ type, line }) => {
  const row = read(type, line);
  const event = mapToOcsf({ type, vendor: 'ALTR', row, line });
  return event === undefined ? [] : [{ type, line, row, event }];
});

test('each event of every type, in whatever spelling, is one of its class by the official schema', () => {
  expect(mapped.length).toBeGreaterThan(2000);
  const problems = new Set(
    mapped.flatMap(({ type, event }) => problemsOf(event).map((why) => `${type} ${why}`)),
  );
  expect([...problems]).toEqual([]);
});

test('the schema finds what is wrong', () => {
  const [{ event } = { event: {} }] = mapped;
  for (const broken of [
    { ...event, time: 'today' },
    { ...event, type_uid: 1 },
    { ...event, severity_id: 42 },
    { ...event, invented: 1 },
    { ...event, metadata: { version: '1.3.0' } },
  ])
    expect(problemsOf(broken)).not.toEqual([]);
});

test('numbers and names of classes are those of the official schema', () => {
  for (const [name, { uid, category, activities }] of Object.entries(ocsfClasses)) {
    const properties = official.$defs[name]?.properties;
    expect([name, properties?.['class_uid']?.const]).toEqual([name, uid]);
    expect([name, properties?.['category_uid']?.const]).toEqual([name, category.uid]);
    expect(properties?.['activity_id']?.enum).toEqual(
      expect.arrayContaining(Object.keys(activities).map(Number)),
    );
  }
});

test('every mapping names an activity of its class', () => {
  const wrong = Object.values(ocsfMappings)
    .flat()
    .filter(
      ({ class: name, activity }) =>
        activity !== 99 && !Object.keys(ocsfClasses[name].activities).includes(String(activity)),
    );
  expect(wrong).toEqual([]);
});

test('queries, system audits, log-ins, alerts and others come to their classes', () => {
  const classes = new Map<string, Set<unknown>>();
  for (const { type, event } of mapped)
    classes.set(type, (classes.get(type) ?? new Set()).add(event['class_uid']));
  expect(Object.fromEntries(classes)).toMatchObject({
    query: new Set([6005]),
    'native-query': new Set([6005]),
    system: new Set([3004]),
    custom: new Set([6003, 3002]),
    alert: new Set([2004]),
    tokenization: new Set([6003]),
  });
  const bare = read('system', '{"eventTime":1788220828093,"eventName":"Rotate Key","category":"Keys"}');
  expect(mapToOcsf({ type: 'system', vendor: 'ALTR', row: bare, line: '{}' })).toMatchObject({
    class_uid: 6003,
    activity_id: 99,
    activity_name: 'Rotate Key',
  });
  const login = { ...bare, action: 'LOGIN', actor: 'ADA', client_ip: '192.0.2.1', decision: 'fail' as const };
  expect(mapToOcsf({ type: 'login', vendor: 'Snowflake', row: login, line: '{}' })).toMatchObject({
    class_uid: 3002,
    type_uid: 300_201,
    status_id: 2,
    user: { name: 'ADA' },
    src_endpoint: { ip: '192.0.2.1' },
  });
});

test('nothing is lost: the line is there as it was, and each column that is told stands somewhere', () => {
  for (const { line, row, event } of mapped) {
    const kept = event['raw_data'] ?? (event['unmapped'] as { line?: string }).line;
    expect(kept).toBe(line);
    const { raw_data: _, ...others } = event;
    const shown = JSON.stringify(others);
    const missing = (
      ['actor', 'client', 'client_ip', 'query_id', 'event_id', 'tenant', 'decision'] as const
    ).filter((name) => row[name] !== null && !shown.includes(JSON.stringify(row[name])));
    expect(missing).toEqual([]);
    for (const name of ['object', 'columns', 'tags', 'maskings'] as const)
      for (const value of row[name]) expect(shown).toContain(JSON.stringify(value));
  }
});

test('a line that is longer than a text of OCSF may be is kept beside it, and so is a query', () => {
  const { type, row } = mapped.find((one) => one.type === 'query') ?? { type: '', row: read('query', '{}') };
  const line = JSON.stringify({ text: 'x'.repeat(longestString) });
  const event = mapToOcsf({ type, vendor: 'ALTR', row: { ...row, query_text: line }, line }) ?? {};
  expect(problemsOf(event)).toEqual([]);
  expect(event['unmapped']).toMatchObject({ line });
});

test('lines that are no events are left out, counted and named', async () => {
  async function* content(): AsyncGenerator<Buffer> {
    yield Buffer.from(`${mapped[0]?.line}\n\n{"no":"event"}\nno JSON\n${mapped[1]?.line}`);
  }
  const made = mapLines(content(), inTryingOrder(compiledAuditTypes, []));
  const first = await made.next();
  const second = await made.next();
  const oneLine = { done: false, value: expect.stringMatching(/^\{.*\}\n$/) };
  expect([first, second]).toEqual([oneLine, oneLine]);
  expect(await made.next()).toEqual({ done: true, value: { events: 2, leftOut: 2, firstLeftOut: 3 } });
});
