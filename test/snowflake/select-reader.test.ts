import { expect, test } from 'vitest';
import type { Surroundings } from './select-runner.ts';
import { runSelect } from './select-runner.ts';
import { readSelect } from './select-reader.ts';
import type { SqlProblem } from './sql-problem.ts';
import type { Value } from './views.ts';
import { fixedView } from './views.ts';

const queries = fixedView(
  'QUERY_HISTORY',
  [
    {
      QUERY_ID: 'a',
      END_TIME: 30n,
      START_TIME: 3n,
      USER_NAME: 'U',
      QUERY_TAG: null,
      SESSION_ID: 30036471543391118n,
    },
    { QUERY_ID: 'b', END_TIME: 20n, START_TIME: 2n, USER_NAME: 'V', QUERY_TAG: 'own', SESSION_ID: null },
    { QUERY_ID: 'a', END_TIME: 31n, START_TIME: 1n, USER_NAME: 'U', QUERY_TAG: '', SESSION_ID: 7n },
    { QUERY_ID: 'c', END_TIME: 20n, START_TIME: 9n, USER_NAME: null, QUERY_TAG: 'x', SESSION_ID: 7n },
  ],
  'END_TIME',
);
const accesses = fixedView(
  'ACCESS_HISTORY',
  [
    { QUERY_ID: 'a', QUERY_START_TIME: 3n, DIRECT_OBJECTS_ACCESSED: [{ objectName: 'T' }] },
    { QUERY_ID: 'c', QUERY_START_TIME: 900n, DIRECT_OBJECTS_ACCESSED: [] },
  ],
  'QUERY_START_TIME',
);

const surroundings: Surroundings = {
  open: (name) => (name.at(-1) === 'ACCESS_HISTORY' ? accesses : queries),
  binds: [
    { type: 'FIXED', value: '20' },
    { type: 'TEXT', value: 'own' },
  ],
  nowNs: 1_700_000_000_000_000_000n,
  context: { CURRENT_USER: 'ME' },
};

function run(sql: string): Value[][] {
  return runSelect(readSelect(sql), surroundings).rows;
}

const from = 'FROM SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY AS q';
const join = 'LEFT JOIN SNOWFLAKE.ACCOUNT_USAGE.ACCESS_HISTORY a ON a.QUERY_ID = q.QUERY_ID';

test.each([
  ["SELECT 1 AS ONE, 'it''s \\n' AS T, NULL AS N", [[1n, "it's n", null]]],
  ['SELECT CURRENT_USER() AS U -- who\n', [['ME']]],
  ['SELECT DATE_PART(EPOCH_NANOSECOND, CURRENT_TIMESTAMP())::VARCHAR AS NS', [['1700000000000000000']]],
  [`SELECT q.QUERY_ID ${from} ORDER BY q.END_TIME, q.QUERY_ID`, [['b'], ['c'], ['a'], ['a']]],
  [`SELECT q.QUERY_ID AS I ${from} ORDER BY q.START_TIME DESC LIMIT 2`, [['c'], ['a']]],
  [`SELECT q.QUERY_ID AS I ${from} WHERE q.END_TIME < TO_TIMESTAMP_LTZ(?, 9)`, []],
  [
    `SELECT q.SESSION_ID::VARCHAR AS S ${from} WHERE q.END_TIME >= TO_TIMESTAMP_LTZ(?, 9) LIMIT 1`,
    [['30036471543391118']],
  ],
  [`SELECT q.QUERY_ID AS I ${from} WHERE q.QUERY_TAG IS NULL OR q.QUERY_TAG <> 'own'`, [['a'], ['a'], ['c']]],
  [`SELECT q.QUERY_ID AS I ${from} WHERE q.QUERY_TAG <> 'own'`, [['a'], ['c']]],
  [`SELECT q.QUERY_ID AS I ${from} WHERE NOT q.USER_NAME = 'U'`, [['b']]],
  [
    `SELECT q.QUERY_ID AS I, a.QUERY_ID AS A ${from} ${join} WHERE q.START_TIME >= TO_TIMESTAMP_LTZ(?, 9)`,
    [],
  ],
  [
    `SELECT q.QUERY_ID AS I, TO_JSON(a.DIRECT_OBJECTS_ACCESSED) AS D ${from} ${join} AND a.QUERY_START_TIME < TO_TIMESTAMP_LTZ(?, 9) WHERE q.QUERY_TAG IS NOT NULL`,
    [
      ['b', null],
      ['a', '[{"objectName":"T"}]'],
      ['c', null],
    ],
  ],
  [
    `SELECT q.QUERY_ID AS I, q.END_TIME AS E ${from} QUALIFY ROW_NUMBER() OVER (PARTITION BY q.QUERY_ID ORDER BY q.START_TIME) = 1 ORDER BY q.QUERY_ID`,
    [
      ['a', 31n],
      ['b', 20n],
      ['c', 20n],
    ],
  ],
])('%s', (sql, rows) => {
  expect(run(sql)).toEqual(rows);
});

test.each([
  ['SELECT * FROM QUERY_HISTORY', '001003'],
  ['SELECT q.QUERY_ID', '000904'],
  [`SELECT q.NOT_THERE ${from}`, '000904'],
  [`SELECT q.QUERY_ID ${from} GROUP BY q.QUERY_ID`, '001003'],
  [`SELECT q.QUERY_ID ${from} JOIN X ON 1 = 1`, '001003'],
  [`SELECT q.QUERY_ID ${from} WHERE q.QUERY_ID LIKE 'a'`, '001003'],
  [`SELECT q.QUERY_ID ${from} WHERE q.END_TIME >= 20`, '001038'],
  [`SELECT q.QUERY_ID ${from} WHERE q.QUERY_ID = ? AND q.QUERY_ID = ? AND q.QUERY_ID = ?`, '001038'],
  [`SELECT q.QUERY_ID ${from} QUALIFY RANK() OVER (ORDER BY q.QUERY_ID) = 1`, '000002'],
  [`SELECT q.END_TIME::DATE AS D ${from}`, '000002'],
  [`SELECT MAX(q.END_TIME) AS M ${from}`, '002140'],
  [`SELECT q.QUERY_ID ${from}; SELECT 1 AS X`, '001003'],
  [`SELECT 'open ${from}`, '001003'],
  ['SELECT ?::VARCHAR AS A, ? AS B, ? AS C', '002049'],
])('what is not understood fails: %s', (sql, code) => {
  let problem: SqlProblem | undefined;
  try {
    run(sql);
  } catch (error) {
    problem = error as SqlProblem;
  }
  expect(problem?.code).toBe(code);
});
