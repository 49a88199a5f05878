import { expect, test } from 'vitest';
import { historyPlan, hourMs, minuteMs, simulatedObjects, simulatedUsers } from './generator-plan.ts';
import { historyOf, SnowflakeHistory } from './generator.ts';
import type { ViewName, ViewRow } from './views.ts';
import { viewColumns, viewNames } from './views.ts';

const fromMs = Date.UTC(2026, 0, 1);
const untilMs = fromMs + 60 * hourMs;
const plan = historyPlan({
  fromMs,
  untilMs,
  queriesPerHour: 40,
  lateRate: 0.02,
  lateAccessRate: 0.01,
  accessOnlyRate: 0.01,
  longTextRate: 0.005,
});
const endless = Date.UTC(2100, 0, 1);

function rowsAt(nowMs: number, view: ViewName = 'QUERY_HISTORY', history = historyOf(plan)): ViewRow[] {
  return history
    .rows(view)
    .filter(({ visibleMs }) => visibleMs <= nowMs)
    .map(({ row }) => row);
}

const all = rowsAt(endless);
const accesses = rowsAt(endless, 'ACCESS_HISTORY');

test('the same seed makes the same history, and another one another', () => {
  expect(rowsAt(endless, 'QUERY_HISTORY', new SnowflakeHistory(plan))).toEqual(all);
  expect(rowsAt(endless, 'QUERY_HISTORY', new SnowflakeHistory({ ...plan, seed: 2 }))).not.toEqual(all);
});

/** A row of QUERY_HISTORY by what tells it from the others. */
function keyOf({ QUERY_ID: id, END_TIME: end }: ViewRow): string {
  return `${id as string} ${end as bigint}`;
}

test('rows become visible with time, and never go away', () => {
  const history = historyOf(plan);
  const steps: Set<string>[] = [];
  for (let nowMs = fromMs; nowMs <= untilMs + 72 * hourMs; nowMs += 24 * hourMs)
    steps.push(new Set(rowsAt(nowMs, 'QUERY_HISTORY', history).map(keyOf)));
  const gone = steps.flatMap((before, step) =>
    [...before].filter((key) => steps[step + 1]?.has(key) === false),
  );
  expect(gone).toEqual([]);
  expect(steps[0]?.size).toBe(0);
  expect([...(steps.at(-1) ?? [])]).toEqual([...new Set(all.map(keyOf))]);
});

const count = (test: (row: ViewRow) => boolean, rows = all): number => rows.filter(test).length;
/** Names of the objects that a row of ACCESS_HISTORY lists. */
function namesOf({ DIRECT_OBJECTS_ACCESSED: direct }: ViewRow): (string | undefined)[] {
  return (direct as { objectName?: string }[]).map(({ objectName }) => objectName);
}

const ranNs = (row: ViewRow): bigint => (row['END_TIME'] as bigint) - (row['START_TIME'] as bigint);

test.each<[string, () => number]>([
  ['queries of more than an hour', () => count((row) => ranNs(row) > 3_600_000_000_000n)],
  ['failed queries', () => count((row) => /^fail$/i.test(row['EXECUTION_STATUS'] as string))],
  ['queries of an unknown type', () => count((row) => row['QUERY_TYPE'] === 'UNKNOWN')],
  ['a status in lower case', () => count((row) => row['EXECUTION_STATUS'] === 'success')],
  ['texts of 100,000 characters', () => count((row) => (row['QUERY_TEXT'] as string).length === 100_000)],
  ['ends exactly at the hour', () => count((row) => (row['END_TIME'] as bigint) % 3_600_000_000_000n === 0n)],
  ["the exporter's own statements", () => count((row) => row['USER_NAME'] === plan.ownUser)],
  [
    "people with the exporter's tag",
    () => count((row) => row['QUERY_TAG'] === plan.ownTag && row['USER_NAME'] !== plan.ownUser),
  ],
  [
    'queries of another engine',
    () => count(({ QUERY_ID: id }) => !all.some((row) => row['QUERY_ID'] === id), accesses),
  ],
  ['ids above 2^53', () => count((row) => (row['SESSION_ID'] as bigint) > 9_007_199_254_740_992n)],
  ['nulls', () => count((row) => row['WAREHOUSE_NAME'] === null && row['ROLE_NAME'] === null)],
  ['queries with two rows', () => all.length - new Set(all.map((row) => row['QUERY_ID'])).size],
  [
    'second rows that end later',
    () => new Set(all.map(keyOf)).size - new Set(all.map((row) => row['QUERY_ID'])).size,
  ],
  ['queries without access', () => new Set(all.map((row) => row['QUERY_ID'])).size - accesses.length],
  ['statements of procedures', () => count((row) => row['PARENT_QUERY_ID'] !== null, accesses)],
  [
    'several objects',
    () => count((row) => (row['DIRECT_OBJECTS_ACCESSED'] as object[]).length > 2, accesses),
  ],
  [
    'quoted names with dots',
    () => count((row) => namesOf(row).includes('SALES."My Schema"."orders.2024"'), accesses),
  ],
  ['objects without a name', () => count((row) => namesOf(row).includes(undefined), accesses)],
  ['policies', () => count((row) => (row['POLICIES_REFERENCED'] as object[]).length > 0, accesses)],
  ['base objects that are null', () => count((row) => row['BASE_OBJECTS_ACCESSED'] === null, accesses)],
])('there are %s', (_, found) => {
  expect(found()).toBeGreaterThan(3);
});

test('rows arrive in another order than the queries ended in, and some far below what has arrived', () => {
  const history = historyOf(plan);
  const nowMs = untilMs - 24 * hourMs;
  const [early, late] = [nowMs, nowMs + 6 * hourMs].map((at) => rowsAt(at, 'QUERY_HISTORY', history));
  const known = new Set(early);
  const highest = Math.max(...(early ?? []).map((row) => Number(row['END_TIME'] as bigint)));
  const below = (late ?? []).filter(
    (row) => !known.has(row) && Number(row['END_TIME'] as bigint) < highest - 2 * hourMs * 1e6,
  );
  expect(below.length).toBeGreaterThan(0);
});

test.each(viewNames)('rows of %s have only columns of the view', (view) => {
  const found = new Set(
    rowsAt(endless, view)
      .slice(0, 500)
      .flatMap((row) => Object.keys(row)),
  );
  expect(Object.keys(viewColumns[view])).toEqual(expect.arrayContaining([...found]));
});

test('a query leads to its session and its log-in; sessions of the SQL API are in no view', async () => {
  const usage = await historyOf(plan).usage();
  const { rows } = await usage.run(
    `SELECT q.USER_NAME AS U, s.CLIENT_APPLICATION_ID AS C, l.CLIENT_IP AS I
     FROM SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY AS q
     LEFT JOIN SNOWFLAKE.ACCOUNT_USAGE.SESSIONS AS s ON s.SESSION_ID = q.SESSION_ID
     LEFT JOIN SNOWFLAKE.ACCOUNT_USAGE.LOGIN_HISTORY AS l ON l.EVENT_ID = s.LOGIN_EVENT_ID`,
    { nowMs: endless },
  );
  const byApi = rows.filter(([user]) => (user as string).endsWith('_SERVICE'));
  expect(byApi.length).toBeGreaterThan(10);
  for (const row of byApi) expect(row.slice(1)).toEqual([null, null]);
  const people = rows.filter((row) => !byApi.includes(row));
  expect(people.length).toBeGreaterThan(10);
  for (const [, client, address] of people)
    expect([client, address]).toEqual([
      expect.stringMatching(/ \d/),
      expect.stringMatching(/^203\.0\.113\./),
    ]);
});

test('the truth is every query of a registered user on a registered object, and nothing else', () => {
  const users = new Set(simulatedUsers.slice(0, 4));
  const objects = new Set(simulatedObjects.slice(0, 5).map(({ name }) => name));
  const own = new Set(all.filter((row) => row['USER_NAME'] === plan.ownUser).map((row) => row['QUERY_ID']));
  const expected = accesses.filter(
    (row) =>
      users.has(row['USER_NAME'] as string) &&
      namesOf(row).some((name = '') => objects.has(name)) &&
      !own.has(row['QUERY_ID']),
  );
  const truth = [...historyOf(plan).truth({ users, objects })];
  expect(truth.map(({ queryId }) => queryId)).toEqual(expected.map((row) => row['QUERY_ID']));
  expect(truth.length).toBeGreaterThan(300);
  const soon = truth.filter(({ endNs, historyVisibleMs, accessVisibleMs }) => {
    const earliestMs = Number(endNs / 1_000_000n) + minuteMs;
    return historyVisibleMs < earliestMs || accessVisibleMs < earliestMs;
  });
  expect(soon).toEqual([]);
});
