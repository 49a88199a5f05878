import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readQueries, readSpan } from '../../../../src/core/collect/read-history.ts';
import type { QueryRow } from '../../../../src/core/collect/translate/query-row.ts';
import { readDataSources } from '../../../../src/core/collect/translate/registry.ts';
import { newBooks, translateQuery } from '../../../../src/core/collect/translate/translate-query.ts';
import { AccountUsage } from '../../../snowflake/account-usage.ts';
import { usageSession } from '../../../snowflake/usage-session.ts';
import type { ViewRow } from '../../../snowflake/views.ts';
import { builtInRules } from '../classify/classifying.ts';
import { classifyChunk } from '../../../../src/core/classify/classify-chunk.ts';
import { rulesWith } from './translate/rows.ts';

import { others } from './kinds/others.ts';
import { reads } from './kinds/reads.ts';
import { writes } from './kinds/writes.ts';

/** Every kind of statement of the guide: docs.snowflake.com/en/user-guide/access-history. */
const kinds = [...reads, ...writes, ...others];

const hourNs = 3_600_000_000_000n;
const firstNs = 1_632_158_400_000_000_000n;
const nowMs = Number(firstNs / 1_000_000n) + 1000 * 3_600_000;
const atOf = (index: number): bigint => firstNs + BigInt(index) * hourNs;

let usage: AccountUsage;

beforeAll(async () => {
  usage = new AccountUsage();
  const seen = (row: ViewRow): { row: ViewRow; visibleMs: number } => ({ row, visibleMs: 0 });
  const user = { USER_NAME: 'JANE.DOE@IMMUTA.COM' };
  for (const [index, { kind, access = [], history = {}, elsewhere }] of kinds.entries()) {
    const START_TIME = atOf(index);
    const row = {
      ...user,
      QUERY_ID: kind,
      START_TIME,
      END_TIME: START_TIME + 1_000_000_000n,
      QUERY_TEXT: 'select * from immuta.public."CUSTOMER"',
      EXECUTION_STATUS: 'SUCCESS',
      ...history,
    };
    if (elsewhere === undefined) await usage.insert('QUERY_HISTORY', [seen(row)]);
    await usage.insert(
      'ACCESS_HISTORY',
      access.map(({ direct = [], base = [], modified = [], ddl = null, policies = [] }) =>
        seen({
          ...user,
          QUERY_ID: kind,
          QUERY_START_TIME: START_TIME,
          DIRECT_OBJECTS_ACCESSED: direct,
          BASE_OBJECTS_ACCESSED: base,
          OBJECTS_MODIFIED: modified,
          OBJECT_MODIFIED_BY_DDL: ddl,
          POLICIES_REFERENCED: policies,
          ...(kind.includes('procedure') ? { PARENT_QUERY_ID: 'call', ROOT_QUERY_ID: 'call' } : {}),
        }),
      ),
    );
  }
});

afterAll(() => usage.close());

const session = usageSession(async () => usage, { nowMs: () => nowMs, user: 'AUDIT_EXPORT_SERVICE' });
const { signal } = new AbortController();

async function rowsOf(index: number): Promise<QueryRow[]> {
  const range = { fromNs: atOf(index), untilNs: atOf(index + 1) };
  const rows: QueryRow[] = [];
  const reading = { client: false, logins: false, waitedNs: 0n, accessOnlyNs: range.fromNs, signal };
  for await (const batch of readSpan(session, range, reading)) rows.push(...batch);
  return rows;
}

function classified(line: string): { types: unknown[]; times: number[] } {
  const rules = builtInRules({});
  const input = Buffer.from(`${line}\n`);
  const { lineTypes, lineTimes } = classifyChunk(input, Buffer.alloc(input.length + 1), rules);
  return { types: [...lineTypes].map((index) => rules.types[index]), times: [...lineTimes] };
}

describe('what record comes of each kind of statement, by which way', () => {
  test.each(kinds.map((kind, index) => ({ ...kind, index })))(
    '$kind',
    async ({ kind, index, records, extra }) => {
      const rows = await rowsOf(index);
      expect(rows.map(({ queryId }) => queryId)).toEqual([kind]);
      const books = newBooks();
      const lines = translateQuery(rows[0] as QueryRow, await rulesWith(), books, { supplement: false });
      const made = lines.map(
        (line) => JSON.parse(line) as { nativeObject: string; extra: { accessPath: string[] } },
      );
      expect(
        made.map(({ nativeObject, extra: { accessPath } }) => `${nativeObject}: ${accessPath.join(', ')}`),
      ).toEqual(records);
      expect(made.at(-1)?.extra ?? {}).toMatchObject(extra ?? {});
      // Each is an event, filed by its end, or by its beginning where that is all that is known.
      const ms = Number(atOf(index) / 1_000_000n) + (rows[0]?.source === 'accessHistory' ? 0 : 1000);
      for (const line of lines) expect(classified(line)).toEqual({ types: ['native-query'], times: [ms] });
      // What gives no record is in the books.
      expect(books.leftOut + books.withoutObjects).toBe(records.length === 0 ? 1 : 0);
    },
  );
});

test.each([
  ['CREATE TAG', 'immuta.public.x', 'ddl'],
  ['DROP MASKING POLICY', 'immuta.public.x', 'ddl'],
  ['DROP SCHEMA', 'immuta.public', 'ddl'],
  ['DROP DATABASE', 'immuta', 'ddl'],
  ['a call of a function', 'immuta.public.f(c varchar)', 'direct'],
  ['CALL of a procedure', 'immuta.public.p()', 'direct,base'],
  ['PUT of a local file into a stage', 'immuta.public.files', 'modified'],
])('%s leaves a record where %s is registered', async (kind, object, ways) => {
  const [row] = await rowsOf(kinds.findIndex((one) => one.kind === kind));
  const csv = `object,dataSourceId,dataSourceName\n${object},9,Nine\n`;
  const rules = await rulesWith({ dataSources: await readDataSources('objects.csv', csv) });
  const lines = translateQuery(row as QueryRow, rules, newBooks(), { supplement: false });
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { dataSourceId: 9, extra: { accessPath: ways.split(',') } },
  ]);
});

test('two rows of one statement give the same bytes in whichever order they come', async () => {
  const index = kinds.findIndex(({ kind }) => kind.includes('SWAP'));
  const line = async (views: AccountUsage): Promise<string[]> => {
    const other = usageSession(async () => views, { nowMs: () => nowMs, user: 'X' });
    const range = { fromNs: atOf(index), untilNs: atOf(index + 1) };
    const lines: string[] = [];
    for await (const rows of readQueries(other, range, { client: false, logins: false, signal }))
      for (const row of rows)
        lines.push(...translateQuery(row, await rulesWith(), newBooks(), { supplement: false }));
    return lines;
  };
  const turned = new AccountUsage();
  for (const name of ['QUERY_HISTORY', 'ACCESS_HISTORY'] as const) {
    const { columns, rows } = await usage.run(
      `SELECT ${name === 'QUERY_HISTORY' ? 'v.QUERY_ID, v.START_TIME, v.END_TIME, v.USER_NAME, v.QUERY_TEXT, v.EXECUTION_STATUS' : 'v.QUERY_ID, v.QUERY_START_TIME, v.USER_NAME, v.DIRECT_OBJECTS_ACCESSED, v.OBJECT_MODIFIED_BY_DDL'} FROM SNOWFLAKE.ACCOUNT_USAGE.${name} AS v`,
      { nowMs },
    );
    const copies = rows.map((row) =>
      Object.fromEntries(row.map((value, at) => [columns[at]?.name ?? '', value])),
    );
    await turned.insert(
      name,
      copies.toReversed().map((row) => ({ row, visibleMs: 0 })),
    );
  }
  const [first, second] = [await line(usage), await line(turned)];
  await turned.close();
  expect(first).toHaveLength(1);
  const withoutRest = (text = ''): unknown =>
    (JSON.parse(text) as { extra: { objectModifiedByDdl: unknown } }).extra.objectModifiedByDdl;
  expect(withoutRest(second[0])).toEqual(withoutRest(first[0]));
});

describe('the new shape: one event of the universal audit model for each query', () => {
  const uamOf = async (kind: string): Promise<Record<string, unknown>[]> => {
    const [row] = await rowsOf(kinds.findIndex((one) => one.kind === kind));
    const rules = await rulesWith({ form: 'uam' });
    const lines = translateQuery(row as QueryRow, rules, newBooks(), { supplement: false });
    for (const line of lines) expect(classified(line).types).toEqual(['uam']);
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  };

  test('a join has two targets', async () => {
    expect(await uamOf('SELECT from a join of two')).toMatchObject([
      {
        action: 'QUERY',
        actor: { id: 'jane.doe@immuta.com', name: 'JANE.DOE@IMMUTA.COM', profileId: 1 },
        actionStatus: 'SUCCESS',
        targets: [
          { id: '12', name: 'Public Customer Data' },
          { id: '13', name: 'Orders' },
        ],
        auditPayload: { objectsAccessed: [{ accessPath: ['direct', 'base'], schemaName: 'PUBLIC' }, {}] },
      },
    ]);
  });

  test('what was refused is UNAUTHORIZED, with the reason', async () => {
    expect(await uamOf('a statement that was refused: the text names it')).toMatchObject([
      { actionStatus: 'UNAUTHORIZED', actionStatusReason: expect.stringContaining('not authorized') },
    ]);
  });
});
