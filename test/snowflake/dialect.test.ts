import { afterAll, beforeAll, expect, test } from 'vitest';
import { AccountUsage } from './account-usage.ts';
import type { SqlProblem } from './sql-problem.ts';
import type { Value, ViewRow } from './views.ts';

const visible = (rows: readonly ViewRow[]): { row: ViewRow; visibleMs: number }[] =>
  rows.map((row) => ({ row, visibleMs: 0 }));

let usage: AccountUsage;

beforeAll(async () => {
  usage = new AccountUsage();
  const tagged = { USER_NAME: 'U', QUERY_TAG: 'own' };
  await usage.insert('QUERY_HISTORY', [
    ...visible([
      { QUERY_ID: 'a', END_TIME: 30n, START_TIME: 3n, USER_NAME: 'U', SESSION_ID: 30036471543391118n },
      { ...tagged, QUERY_ID: 'b', END_TIME: 20n, START_TIME: 2n },
      { QUERY_ID: 'a', END_TIME: 31n, START_TIME: 1n, USER_NAME: 'U', QUERY_TAG: '', SESSION_ID: 7n },
    ]),
    { row: { ...tagged, QUERY_ID: 'later', END_TIME: 20n }, visibleMs: 1_800_000_000_000 },
  ]);
  await usage.insert(
    'ACCESS_HISTORY',
    visible([
      { QUERY_ID: 'a', QUERY_START_TIME: 3n, DIRECT_OBJECTS_ACCESSED: [{ objectName: 'T' }] },
      { QUERY_ID: 'a', QUERY_START_TIME: 3n, DIRECT_OBJECTS_ACCESSED: null },
    ]),
  );
});

afterAll(() => usage.close());

async function run(sql: string, binds: { type: string; value: string }[] = []): Promise<Value[][]> {
  const context = { CURRENT_USER: 'ME' };
  return (await usage.run(sql, { binds, nowMs: 1_700_000_000_000, context })).rows;
}

const from = 'FROM SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY AS q';
const access = 'FROM SNOWFLAKE.ACCOUNT_USAGE.ACCESS_HISTORY AS a';

test.each<[string, Value[][]]>([
  ["SELECT 1 AS ONE, 'CURRENT_USER()' AS T, NULL AS N", [[1, 'CURRENT_USER()', null]]],
  ['SELECT CURRENT_USER() AS U -- who\n', [['ME']]],
  ['SELECT DATE_PART(EPOCH_NANOSECOND, CURRENT_TIMESTAMP())::VARCHAR AS NS', [['1700000000000000000']]],
  [`SELECT q.QUERY_ID AS I ${from} ORDER BY q.END_TIME`, [['b'], ['a'], ['a']]],
  [
    `SELECT q.SESSION_ID::VARCHAR AS S ${from} WHERE q.END_TIME = TO_TIMESTAMP_LTZ(30, 9)`,
    [['30036471543391118']],
  ],
  [
    `SELECT q.QUERY_ID AS I, q.END_TIME AS E ${from} QUALIFY ROW_NUMBER() OVER (PARTITION BY q.QUERY_ID ORDER BY q.END_TIME DESC) = 1 ORDER BY q.END_TIME`,
    [
      ['b', 20n],
      ['a', 31n],
    ],
  ],
  [
    `SELECT a.QUERY_ID AS I, TO_JSON(ARRAY_AGG(a.DIRECT_OBJECTS_ACCESSED)) AS D, TO_JSON(ARRAY_AGG(a.OBJECTS_MODIFIED)) AS M ${access} GROUP BY a.QUERY_ID`,
    [['a', '[[{"objectName":"T"}]]', '[]']],
  ],
])('%s', async (sql, rows) => {
  expect(await run(sql)).toEqual(rows);
});

test.each([
  ['SELECT 1 AS', '001003'],
  ['SELECT q.QUERY_ID', '000904'],
  [`SELECT q.NOT_THERE AS N ${from}`, '000904'],
  [`SELECT q.QUERY_ID AS I ${from} WHERE q.END_TIME >= 20`, '001038'],
  ['SELECT u.A AS A FROM SNOWFLAKE.ACCOUNT_USAGE.NOT_THERE AS u', '002003'],
  [`SELECT epoch_ns(q.END_TIME) AS M ${from}`, '002140'],
  [`SELECT list(q.QUERY_ID) AS M ${from}`, '002140'],
  ['SELECT ? AS A', '002049'],
])('what Snowflake would not run fails: %s', async (sql, code) => {
  const problem = await run(sql).catch((error: unknown) => error as SqlProblem);
  expect((problem as SqlProblem).code).toBe(code);
});
