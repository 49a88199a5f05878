import { beforeEach, describe, expect, test } from 'vitest';
import { collectSnowflake } from '../../../../src/commands/collect/index.ts';
import {
  collectRequest,
  expectedOf,
  faultsOf,
  hourMs,
  recordsIn,
  registeredObjects,
  registeredUsers,
} from '../../../e2e/collect-kit.ts';
import { schemaErrors } from '../../../fakes/json-schema.ts';
import type { ViewRow } from '../../../snowflake/views.ts';
import { prepare, since, startMs } from './prepare.ts';

const atNs = BigInt(startMs) * 1_000_000n;
const minuteNs = 60_000_000_000n;
const [user = ''] = registeredUsers;
const [objectName = ''] = registeredObjects;
const object = { objectDomain: 'Table', objectName };

let world: ReturnType<typeof prepare>;
/** The tests share a history that no others have; each has a query of its own. */
let queryId = 'odd 0';

beforeEach(() => {
  world = prepare({ seed: 4711 });
  queryId = `odd ${Number(queryId.slice(4)) + 1}`;
});

/** Puts a query beside those of the world. */
async function add(history: ViewRow, ...accesses: readonly ViewRow[]): Promise<void> {
  const usage = await world.world.history.usage();
  const row: ViewRow = {
    QUERY_ID: queryId,
    USER_NAME: user,
    START_TIME: atNs + minuteNs,
    END_TIME: atNs + 2n * minuteNs,
    EXECUTION_STATUS: 'SUCCESS',
    QUERY_TEXT: 'select 1',
    ...history,
  };
  const { QUERY_ID = null, USER_NAME = null, START_TIME = null } = row;
  await usage.insert('QUERY_HISTORY', [{ row, visibleMs: 0 }]);
  await usage.insert(
    'ACCESS_HISTORY',
    accesses.map((access) => ({
      row: { QUERY_ID, USER_NAME, QUERY_START_TIME: START_TIME, ...access },
      visibleMs: 0,
    })),
  );
}

const odd = (): Record<string, unknown>[] =>
  recordsIn(world.store).filter(({ extra }) => extra.queryId === queryId) as unknown as Record<
    string,
    unknown
  >[];

test('a row that can not be read goes into quarantine, is counted, and stops no other', async () => {
  await add({ END_TIME: atNs + 300n * minuteNs }, { DIRECT_OBJECTS_ACCESSED: JSON.stringify('no JSON') });
  const report = await collectSnowflake(collectRequest(since), world.host);
  expect(report).toMatchObject({
    outcome: 'collected-with-quarantine',
    exitCode: 5,
    unreadableRows: 1,
    watermark: '2026-01-01T09:00:00.000Z',
    delivery: { balanced: true, balance: { quarantined: 1 } },
  });
  expect(schemaErrors('collect-report', report)).toEqual([]);
  const due = expectedOf(world.world.history, ({ endMs }) => endMs < startMs + 9 * hourMs);
  expect(faultsOf(recordsIn(world.store), due)).toEqual([]);
  // It is known: the next run does not stumble over it again.
  world.world.clock.nowMs += hourMs;
  expect(await collectSnowflake(collectRequest(since), world.host)).toMatchObject({
    exitCode: 0,
    unreadableRows: 0,
  });
});

describe('rows that nobody expects give a record all the same', () => {
  test.each<[string, ViewRow, readonly ViewRow[], object]>([
    [
      'NULL wherever it can be',
      { START_TIME: null, QUERY_TEXT: null, EXECUTION_STATUS: null },
      [{ QUERY_START_TIME: atNs, DIRECT_OBJECTS_ACCESSED: [object] }],
      { startTime: '2026-01-01 00:02:00.000000000 +0000', duration: 0, success: null, query: null },
    ],
    [
      'an end before the beginning, which lies in a later window',
      { START_TIME: atNs + 90n * minuteNs },
      [{ DIRECT_OBJECTS_ACCESSED: [object] }],
      { startTime: '2026-01-01 01:30:00.000000000 +0000', endTime: '2026-01-01 00:02:00.000000000 +0000' },
    ],
    [
      'a query that ran for a week',
      { START_TIME: atNs - 7n * 24n * 60n * minuteNs },
      [{ DIRECT_OBJECTS_ACCESSED: [object] }],
      { duration: 7 * 86_400_000 + 120_000 },
    ],
    [
      'the same row of ACCESS_HISTORY twice',
      {},
      [{ DIRECT_OBJECTS_ACCESSED: [object] }, { DIRECT_OBJECTS_ACCESSED: [object] }],
      { extra: { accessPath: ['direct'], objectsAccessed: [{ object: objectName }] } },
    ],
    [
      'columns that differ by case alone',
      {},
      [
        {
          DIRECT_OBJECTS_ACCESSED: [
            { ...object, columns: [{ columnName: 'ID' }, { columnName: 'id' }, { columnName: 'Ä "x".é' }] },
          ],
        },
      ],
      { extra: { columns: ['ID', 'id', 'Ä "x".é'] } },
    ],
  ])('%s', async (_, history, accesses, expected) => {
    await add(history, ...accesses);
    const report = await collectSnowflake(
      collectRequest({ ...since, until: '2026-01-01T03:00:00Z' }),
      world.host,
    );
    expect(report).toMatchObject({ error: null, unreadableRows: 0 });
    expect(odd()).toMatchObject([expected]);
  });

  test('sixteen megabytes of text', async () => {
    const QUERY_TEXT = `select '${'ü'.repeat(8 * 1024 * 1024)}' from t`;
    await add({ QUERY_TEXT }, { DIRECT_OBJECTS_ACCESSED: [object] });
    await collectSnowflake(
      collectRequest({
        ...since,
        until: '2026-01-01T01:00:00Z',
        'max-line': '64MiB',
        'object-size': '128MiB',
      }),
      world.host,
    );
    expect(odd()).toMatchObject([{ query: QUERY_TEXT, extra: { queryCut: true } }]);
  });
});
