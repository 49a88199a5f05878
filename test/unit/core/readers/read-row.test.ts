import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { WrittenColumns } from '../../../../src/core/audit-types/written-columns.ts';
import { buildRowReader, parseLine } from '../../../../src/core/readers/columns/read-row.ts';
import type { EventRow } from '../../../../src/core/readers/columns/standard-columns.ts';
import { standardColumns } from '../../../../src/core/readers/columns/standard-columns.ts';
import { columnsOfTypes } from '../../../../src/core/readers/columns/type-columns.ts';
import { compiledAuditTypes } from '../../../../src/generated/audit-types.ts';

const builtIn = columnsOfTypes(compiledAuditTypes.map(({ descriptor }) => descriptor));

function rowOf(type: string, event: unknown): EventRow {
  const columns = builtIn.find((known) => known.type === type);
  if (columns === undefined) throw new Error(`no type ${type}`);
  return buildRowReader(columns)(event);
}

/** What is there of a row: tests name what they mean. */
function filled(row: EventRow): Partial<EventRow> {
  return Object.fromEntries(
    Object.entries(row).filter(
      ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
    ),
  );
}

const sample = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/events/${name}.jsonl`, import.meta.url), 'utf8'));

test('the published query audit has its columns, and nothing was decided against it but masking', () => {
  const { details, query_text, ...row } = filled(rowOf('query', sample('query')));
  expect(row).toEqual({
    event_time: 946702800000,
    event_id: 'QUERY-AUDIT-1C42465E-4BF2-4E83-90D6-F6FBCAC03634',
    tenant: '1c42465e-4bf2-4e83-90d6-f6fbcac03634',
    actor: 'SAMPLE_USER',
    actor_roles: ['SAMPLE_ROLE'],
    client_ip: '192.168.1.1',
    client: 'Go 1.1.5',
    action: 'SELECT',
    tags: ['EXAMPLETAG', 'EXAMPLETAG=Red'],
    decision: 'allow',
    rows: 1234,
    query_id: '01b123a2-0603-e937-006a-b60300c5f902',
  });
  expect(query_text).toContain('FIRST_NAME');
  expect(JSON.parse(details as string)).toMatchObject({ warehouse: 'ALTR_PRODUCT_WH', queryTag: {} });
});

test('the published system, custom and alert audits have their columns', () => {
  expect(filled(rowOf('system', sample('system')))).toMatchObject({
    actor: '123',
    actor_roles: ['SUPERADMINISTRATOR'],
    action: 'Create Lock',
    object: ['Locks'],
    decision: 'allow',
  });
  expect(filled(rowOf('custom', sample('custom')))).toMatchObject({
    actor: 'EXAMPLE_USER',
    client_ip: '192.168.1.1',
    action: 'LOGIN',
    details:
      '{"first_authentication_factor":"PASSWORD","user_name":"EXAMPLE_USER","client_ip":"192.168.1.1"}',
  });
  expect(filled(rowOf('alert', sample('alert')))).toMatchObject({
    event_time: Date.UTC(2025, 2, 11, 20, 31, 39),
    event_id: '1274',
    actor: 'NOAH',
    actor_roles: ['FINANCE', 'FINANCE_MANAGER'],
    action: 'Block',
    object: ['NOAH_DEMO_DB_0.PUBLIC.CUSTOMERS'],
    columns: ['FIRST_NAME', 'SSN', 'ID'],
    decision: 'block',
  });
});

test('both spellings of native queries, and every form of their times, give the same columns', () => {
  const camel = rowOf('native-query', sample('native-query-camel-times'));
  const pascal = rowOf('native-query', sample('native-query-pascal-iso'));
  const { event_time, actor, object, query_text, decision, action } = pascal;
  expect(camel).toMatchObject({ event_time, actor, object, query_text, decision, action });
});

test.each<{ event: unknown; type: string; decision: EventRow['decision'] }>([
  { type: 'system', event: { responseCode: 409 }, decision: 'fail' },
  { type: 'system', event: { responseCode: '403' }, decision: 'fail' },
  { type: 'system', event: {}, decision: null },
  { type: 'custom', event: { eventDetails: '{"is_success":"NO"}' }, decision: 'fail' },
  { type: 'custom', event: { eventDetails: '{"IS_SUCCESS":"yes"}' }, decision: 'allow' },
  { type: 'custom', event: { eventDetails: 'is_success: NO' }, decision: null },
  { type: 'native-query', event: { Success: false }, decision: 'fail' },
  { type: 'native-query', event: { success: true, extra: { maskedColumns: ['SSN'] } }, decision: 'mask' },
  { type: 'native-query', event: { success: true, extra: { maskedColumns: [] } }, decision: 'allow' },
  { type: 'uam', event: { actionStatus: 'UNAUTHORIZED' }, decision: 'block' },
  { type: 'login', event: { success: null }, decision: null },
  { type: 'alert', event: { threshold: { actionTaken: 'Generate Anomaly' } }, decision: null },
])('$type $event is decided: $decision', ({ type, event, decision }) => {
  expect(rowOf(type, event).decision).toBe(decision);
});

test.each([
  { applied: { decisionType: 'ALLOW' }, decision: 'allow' },
  { applied: { decisionType: 'MOST_PERMISSIVE', maskingType: 'No Mask' }, decision: 'allow' },
  { applied: { decisionType: 'MOST_PERMISSIVE', maskingType: 'Email Mask' }, decision: 'mask' },
  { applied: { decisionType: 'DENY', maskingType: 'Full Mask' }, decision: 'block' },
  { applied: { decisionType: 'A_NEW_WORD' }, decision: null },
])('a query that met the policy $applied is decided: $decision', ({ applied, decision }) => {
  const policies = (...words: object[]): object[] => words.map((appliedPolicy) => ({ appliedPolicy }));
  const event = (queryTimeDecision: object[]): object => ({
    eventDetails: {
      result: { tagPolicy: { queryTimeDecision, auditTimeDecision: policies({ decisionType: 'DENY' }) } },
    },
  });
  expect(rowOf('query', event(policies(applied))).decision).toBe(decision);
});

test('numbers of more digits than a number holds keep them', () => {
  const line =
    '{"id":30036471543391118,"text":"say \\"12345678901234567890\\"","n":[-99999999999999999999,1.5]}';
  expect(parseLine(line)).toEqual({
    id: '30036471543391118',
    text: 'say "12345678901234567890"',
    n: ['-99999999999999999999', 1.5],
  });
});

test('an own type may place columns: text in text, joined parts, whatever order the list names', () => {
  const columns: WrittenColumns = {
    actor: [{ within: '/payload', at: '/who' }, '/user'],
    object: [{ at: '/tables/*', join: ['/db', '/name'], with: '/' }, '/table'],
    decision: [{ is: 'block', where: [{ at: '/score', from: 90 }] }],
    details: ['/more'],
  };
  const [own] = columnsOfTypes([
    { type: 'own', eventTime: [{ at: '/at', forms: ['epoch-s'] }], id: [], columns },
  ]);
  const read = buildRowReader(own!);
  expect(
    filled(
      read({
        at: 1_700_000_000,
        payload: '{"who":"ada"}',
        user: 'bob',
        tables: [{ db: 'A', name: 'T' }, { name: 'U' }, { db: 'A', name: 'T' }, null],
        table: 'V',
        score: 91,
        more: ['x'],
      }),
    ),
  ).toEqual({
    event_time: 1_700_000_000_000,
    actor: 'ada',
    object: ['A/T', 'U', 'V'],
    decision: 'block',
    details: '["x"]',
  });
  expect(filled(read({ payload: 'who?', user: 7 }))).toEqual({ actor: '7' });
  expect(filled(read('no object'))).toEqual({});
});

test('the standard columns are those that every reader is promised, in this order', () => {
  expect(standardColumns.map(({ name }) => name).join(' ')).toBe(
    'event_time event_id tenant actor actor_roles client_ip client action object columns tags decision maskings rows query_id query_text details',
  );
});
