import { describe, expect, test } from 'vitest';
import { readQueries } from '../../../../src/core/collect/read-history.ts';
import { columnPlaces, QueryRow } from '../../../../src/core/collect/translate/query-row.ts';
import { newBooks, translateRow } from '../../../../src/core/collect/translate/translate-query.ts';
import { AccountUsage } from '../../../snowflake/account-usage.ts';
import { usageSession } from '../../../snowflake/usage-session.ts';
import { classifyChunk } from '../../../../src/core/classify/classify-chunk.ts';
import { builtInRules } from '../classify/classifying.ts';
import { rulesWith } from './translate/rows.ts';

const hourNs = 3_600_000_000_000n;
const firstNs = 1_632_158_400_000_000_000n;
const nowMs = Number(firstNs / 1_000_000n) + 1000 * 3_600_000;
const atOf = (index: number): bigint => firstNs + BigInt(index) * hourNs;
const { signal } = new AbortController();

function typesOf(line: string): unknown[] {
  const rules = builtInRules({});
  const input = Buffer.from(`${line}\n`);
  const { lineTypes } = classifyChunk(input, Buffer.alloc(input.length + 1), rules);
  return [...lineTypes].map((index) => rules.types[index]);
}

describe('nobody can hide behind the tag of the collector', () => {
  test.each([
    ['JANE.DOE@IMMUTA.COM', false],
    ['AUDIT_EXPORT_SERVICE', true],
  ])('%s with the tag audit-export is left out: %s', async (user, own) => {
    const views = new AccountUsage();
    const row = {
      QUERY_ID: 'q',
      START_TIME: atOf(0),
      END_TIME: atOf(0),
      USER_NAME: user,
      QUERY_TAG: 'audit-export',
    };
    await views.insert('QUERY_HISTORY', [{ row, visibleMs: 0 }]);
    const asking = usageSession(async () => views, { nowMs: () => nowMs, user: 'AUDIT_EXPORT_SERVICE' });
    const found: boolean[] = [];
    const range = { fromNs: atOf(0), untilNs: atOf(1) };
    for await (const rows of readQueries(asking, range, { client: false, logins: false, signal }))
      found.push(...rows.map((one) => one.own));
    await views.close();
    expect(found).toEqual([own]);
  });
});

test('log-ins of anybody become login events in the same windows, whether they succeeded or not', async () => {
  const views = new AccountUsage();
  const login = { EVENT_TYPE: 'LOGIN', CLIENT_IP: '203.0.113.7', REPORTED_CLIENT_TYPE: 'JDBC_DRIVER' };
  const failed = { IS_SUCCESS: 'NO', ERROR_CODE: 390100n, ERROR_MESSAGE: 'INCORRECT_USERNAME_PASSWORD' };
  const rows = [
    {
      ...login,
      EVENT_ID: 30036471543391118n,
      EVENT_TIMESTAMP: atOf(0) + 5n,
      USER_NAME: 'JANE.DOE@IMMUTA.COM',
      IS_SUCCESS: 'YES',
      SECOND_AUTHENTICATION_FACTOR: 'DUO_SECURITY',
    },
    { ...login, ...failed, EVENT_ID: 2n, EVENT_TIMESTAMP: atOf(0) + 1n, USER_NAME: 'NOBODY' },
  ];
  await views.insert(
    'LOGIN_HISTORY',
    rows.map((row) => ({ row, visibleMs: 0 })),
  );
  await views.insert('QUERY_HISTORY', [
    { row: { QUERY_ID: 'q', START_TIME: atOf(0), END_TIME: atOf(0) + 3n, USER_NAME: 'X' }, visibleMs: 0 },
  ]);
  const asking = usageSession(async () => views, { nowMs: () => nowMs, user: 'AUDIT_EXPORT_SERVICE' });
  const read: QueryRow[] = [];
  const range = { fromNs: atOf(0), untilNs: atOf(1) };
  for await (const batch of readQueries(asking, range, { client: true, logins: true, signal }))
    read.push(...batch);
  await views.close();
  expect(read.map(({ queryId }) => queryId)).toEqual(['login:2', 'q', 'login:30036471543391118']);
  const rules = await rulesWith();
  const lines = read.flatMap((row) => translateRow(row, rules, newBooks(), { supplement: false }));
  for (const line of lines) expect(typesOf(line)).toEqual(['login']);
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    {
      sqlUser: 'NOBODY',
      success: false,
      errorCode: '390100',
      errorMessage: 'INCORRECT_USERNAME_PASSWORD',
      userId: null,
    },
    {
      loginEventId: '30036471543391118',
      success: true,
      userId: 'jane.doe@immuta.com',
      secondFactor: 'DUO_SECURITY',
      clientIp: '203.0.113.7',
    },
  ]);
});

test('client and address of a query come by its own log-in, else by that of its session', async () => {
  const views = new AccountUsage();
  const at = { START_TIME: atOf(0), END_TIME: atOf(0) };
  await views.insert('QUERY_HISTORY', [
    { row: { ...at, QUERY_ID: 'by session', SESSION_ID: 7n }, visibleMs: 0 },
    { row: { ...at, QUERY_ID: 'by log-in', SESSION_ID: 8n, AUTHN_EVENT_ID: 70n }, visibleMs: 0 },
  ]);
  await views.insert('SESSIONS', [
    { row: { SESSION_ID: 7n, LOGIN_EVENT_ID: 71n, CLIENT_APPLICATION_ID: 'Go 1' }, visibleMs: 0 },
  ]);
  await views.insert('LOGIN_HISTORY', [
    { row: { EVENT_ID: 70n, CLIENT_IP: '203.0.113.70' }, visibleMs: 0 },
    { row: { EVENT_ID: 71n, CLIENT_IP: '203.0.113.71' }, visibleMs: 0 },
  ]);
  const asking = usageSession(async () => views, { nowMs: () => nowMs, user: 'AUDIT_EXPORT_SERVICE' });
  const found: (string | null)[][] = [];
  const range = { fromNs: atOf(0), untilNs: atOf(1) };
  for await (const rows of readQueries(asking, range, { client: true, logins: false, signal }))
    found.push(...rows.map((row) => [row.queryId, row.text('CLIENT_APPLICATION_ID'), row.text('CLIENT_IP')]));
  await views.close();
  expect(found).toEqual([
    ['by log-in', null, '203.0.113.70'],
    ['by session', 'Go 1', '203.0.113.71'],
  ]);
});

describe('what a view may give otherwise is understood', () => {
  test('names of columns in lower case, arrays and objects as the text of their JSON, nanoseconds with a fraction of zeros', () => {
    const named = (objectName: string): string => JSON.stringify([{ objectName, objectDomain: 'Table' }]);
    const cells = {
      query_id: 'q1',
      end_ns: '1767225600000000001.000',
      direct_objects_accessed: JSON.stringify([named('A.B.C'), named('A.B.D')]),
      object_modified_by_ddl: JSON.stringify(['{"objectName":"A.B.C"}']),
    };
    const places = columnPlaces(Object.keys(cells).map((name) => ({ name, type: 'text' })));
    const row = new QueryRow(Object.values(cells), places);
    expect([row.queryId, row.endNs]).toEqual(['q1', 1_767_225_600_000_000_001n]);
    expect(row.values('DIRECT_OBJECTS_ACCESSED')).toMatchObject([
      { objectName: 'A.B.C' },
      { objectName: 'A.B.D' },
    ]);
    expect(row.values('OBJECT_MODIFIED_BY_DDL')).toEqual([{ objectName: 'A.B.C' }]);
  });

  test.each(['1767225600.123456789', '2026-01-01 00:00:00', ''])(
    '%j is no time, and told as that',
    (text) => {
      const places = columnPlaces(['QUERY_ID', 'END_NS'].map((name) => ({ name, type: 'text' })));
      expect(() => new QueryRow(['q1', text], places)).toThrow(/END_NS of the query q1, and not nanoseconds/);
    },
  );
});
