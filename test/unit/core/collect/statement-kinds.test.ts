import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readQueries, readSpan } from '../../../../src/core/collect/read-history.ts';
import type { QueryRow } from '../../../../src/core/collect/translate/query-row.ts';
import {
  newBooks,
  translateQuery,
  translateRow,
} from '../../../../src/core/collect/translate/translate-query.ts';
import { AccountUsage } from '../../../snowflake/account-usage.ts';
import { usageSession } from '../../../snowflake/usage-session.ts';
import type { ViewRow } from '../../../snowflake/views.ts';
import { builtInRules } from '../classify/classifying.ts';
import { classifyChunk } from '../../../../src/core/classify/classify-chunk.ts';
import { rulesWith } from './translate/rows.ts';

// Registered are IMMUTA.PUBLIC.CUSTOMER and IMMUTA.PUBLIC.ORDERS, and the user JANE.DOE@IMMUTA.COM.
const customer = { objectDomain: 'Table', objectId: 1, objectName: 'IMMUTA.PUBLIC.CUSTOMER' };
const orders = { objectDomain: 'Table', objectId: 2, objectName: 'IMMUTA.PUBLIC.ORDERS' };
const other = { objectDomain: 'Table', objectId: 3, objectName: 'IMMUTA.PUBLIC.COPY' };
const view = { objectDomain: 'View', objectId: 4, objectName: 'IMMUTA.PUBLIC.V' };
const stream = { objectDomain: 'Stream', objectId: 5, objectName: 'IMMUTA.PUBLIC.CHANGES' };
const stage = {
  objectDomain: 'Stage',
  objectId: 6,
  objectName: 'IMMUTA.PUBLIC.FILES',
  stageKind: 'Internal Named',
};
const location = { objectDomain: 'Stage', location: 's3://elsewhere/out/' };

interface Access {
  direct?: object[];
  base?: object[];
  modified?: object[];
  ddl?: object;
  policies?: object[];
}

interface Kind {
  kind: string;
  /** One for each row of ACCESS_HISTORY. */
  access?: Access[];
  history?: ViewRow;
  /** QUERY_HISTORY has no row of it. */
  elsewhere?: true;
  /** `object: ways` of each record. */
  records: string[];
  extra?: object;
}

const alter = (properties: object, { objectName, objectDomain } = customer): object => ({
  objectName,
  objectDomain,
  operationType: 'ALTER',
  properties,
});
const customerLine = 'IMMUTA.PUBLIC.CUSTOMER: ';
const denied = {
  EXECUTION_STATUS: 'FAIL',
  ERROR_CODE: '002003',
  ERROR_MESSAGE: "SQL compilation error:\nObject 'IMMUTA.PUBLIC.CUSTOMER' does not exist or not authorized.",
};

/** Every kind of statement of Snowflake's access-history guide (docs.snowflake.com/en/user-guide/access-history). */
const kinds: Kind[] = [
  {
    kind: 'SELECT from a table',
    access: [{ direct: [customer], base: [customer] }],
    records: [`${customerLine}direct, base`],
  },
  {
    kind: 'SELECT from a view that is not registered',
    access: [{ direct: [view], base: [customer] }],
    records: [`${customerLine}base`],
  },
  {
    kind: 'SELECT from a join of two',
    access: [{ direct: [customer, orders], base: [customer, orders] }],
    records: [`${customerLine}direct, base`, 'IMMUTA.PUBLIC.ORDERS: direct, base'],
  },
  {
    kind: 'SELECT from a stream',
    access: [{ direct: [stream], base: [customer] }],
    records: [`${customerLine}base`],
  },
  {
    kind: 'SELECT through a masking policy',
    access: [
      {
        direct: [view],
        base: [view],
        policies: [
          {
            ...customer,
            columns: [
              { columnName: 'C_PHONE', policies: [{ policyName: 'G.P.MASK', policyKind: 'MASKING_POLICY' }] },
            ],
          },
        ],
      },
    ],
    records: [`${customerLine}policy`],
    extra: { columns: ['C_PHONE'], policiesReferenced: [{ column: 'C_PHONE', policy: 'G.P.MASK' }] },
  },
  { kind: 'SELECT from files in a stage', access: [{ direct: [stage], base: [stage] }], records: [] },
  {
    kind: 'SELECT with a function over the table',
    access: [
      {
        direct: [
          { objectDomain: 'FUNCTION', objectName: 'IMMUTA.PUBLIC.F', argumentSignature: '()' },
          customer,
        ],
      },
    ],
    records: [`${customerLine}direct`],
  },
  {
    kind: 'INSERT … VALUES',
    access: [{ modified: [{ ...customer, columns: [{ columnName: 'C_NAME' }] }] }],
    records: [`${customerLine}modified`],
    extra: { columns: ['C_NAME'] },
  },
  {
    kind: 'INSERT … SELECT',
    access: [
      {
        direct: [orders],
        base: [orders],
        modified: [
          {
            ...customer,
            columns: [
              {
                columnName: 'C_NAME',
                baseSources: [{ ...orders, columnName: 'O_NAME' }],
                directSources: [{ ...orders, columnName: 'O_NAME' }],
              },
            ],
          },
        ],
      },
    ],
    records: ['IMMUTA.PUBLIC.ORDERS: direct, base', `${customerLine}modified`],
    extra: {
      objectsModified: [
        {
          columns: ['C_NAME'],
          lineage: [
            {
              column: 'C_NAME',
              baseSources: ['IMMUTA.PUBLIC.ORDERS.O_NAME'],
              directSources: ['IMMUTA.PUBLIC.ORDERS.O_NAME'],
            },
          ],
        },
      ],
    },
  },
  { kind: 'UPDATE', access: [{ modified: [customer] }], records: [`${customerLine}modified`] },
  { kind: 'DELETE', access: [{ modified: [customer] }], records: [`${customerLine}modified`] },
  { kind: 'TRUNCATE', access: [{ modified: [customer] }], records: [`${customerLine}modified`] },
  {
    kind: 'MERGE',
    access: [{ direct: [orders, customer], modified: [customer] }],
    records: ['IMMUTA.PUBLIC.ORDERS: direct', `${customerLine}direct, modified`],
  },
  {
    kind: 'CREATE TABLE … AS SELECT',
    access: [{ direct: [customer], base: [customer], modified: [other] }],
    records: [`${customerLine}direct, base`],
    extra: { objectsModified: [{ object: 'IMMUTA.PUBLIC.COPY' }] },
  },
  {
    kind: 'CREATE TABLE … CLONE',
    access: [
      {
        direct: [customer],
        ddl: { ...other, operationType: 'CREATE', properties: { creationMode: { value: 'CREATE' } } },
      },
    ],
    records: [`${customerLine}direct`],
  },
  {
    kind: 'COPY INTO table',
    access: [{ direct: [stage], base: [stage], modified: [customer] }],
    records: [`${customerLine}modified`],
    extra: { objectsAccessed: [{ stageKind: 'Internal Named' }] },
  },
  {
    kind: "COPY INTO 's3://…'",
    access: [{ direct: [customer], base: [customer], modified: [location] }],
    records: [`${customerLine}direct, base`],
    extra: { objectsModified: [{ object: null, location: 's3://elsewhere/out/' }] },
  },
  {
    kind: 'COPY INTO a stage',
    access: [{ direct: [customer], modified: [stage] }],
    records: [`${customerLine}direct`],
    extra: { objectsModified: [{ object: 'IMMUTA.PUBLIC.FILES', stageKind: 'Internal Named' }] },
  },
  { kind: 'GET and PUT of files of a stage', access: [{ direct: [stage] }], records: [] },
  {
    kind: 'ALTER TABLE … UNSET MASKING POLICY',
    access: [
      {
        ddl: alter({
          columns: {
            C_PHONE: {
              subOperationType: 'ALTER',
              policies: { 'G.P.MASK': { subOperationType: 'DROP', policyId: { value: 7 } } },
            },
          },
        }),
      },
    ],
    records: [`${customerLine}ddl`],
    extra: {
      objectModifiedByDdl: [
        {
          operation: 'ALTER',
          properties: { columns: { C_PHONE: { policies: { 'G.P.MASK': { subOperationType: 'DROP' } } } } },
        },
      ],
    },
  },
  {
    kind: 'ALTER TABLE … DROP COLUMN',
    access: [{ ddl: alter({ columns: { C_PHONE: { subOperationType: 'DROP' } } }) }],
    records: [`${customerLine}ddl`],
  },
  {
    kind: 'ALTER TABLE … SET TAG',
    access: [
      { ddl: alter({ tags: { 'G.P.PII': { subOperationType: 'ADD', tagValue: { value: 'yes' } } } }) },
    ],
    records: [`${customerLine}ddl`],
  },
  {
    kind: 'ALTER TABLE … RENAME TO a registered name',
    access: [{ ddl: alter({ objectName: { value: 'IMMUTA.PUBLIC.CUSTOMER' } }, other) }],
    records: [`${customerLine}ddl`],
  },
  {
    kind: 'ALTER TABLE … SWAP WITH (two rows)',
    access: [
      {
        ddl: alter({ swapTargetName: { value: 'IMMUTA.PUBLIC.COPY' }, swapTargetDomain: { value: 'Table' } }),
      },
      {
        ddl: alter(
          { swapTargetName: { value: 'IMMUTA.PUBLIC.CUSTOMER' }, swapTargetDomain: { value: 'Table' } },
          other,
        ),
      },
    ],
    records: [`${customerLine}ddl`],
    extra: { objectModifiedByDdl: [{ object: 'IMMUTA.PUBLIC.COPY' }, { object: 'IMMUTA.PUBLIC.CUSTOMER' }] },
  },
  {
    kind: 'DROP TABLE',
    access: [{ ddl: { ...customer, operationType: 'DROP' } }],
    records: [`${customerLine}ddl`],
  },
  {
    kind: 'CREATE VIEW over the table',
    access: [{ direct: [customer], base: [customer], ddl: { ...view, operationType: 'CREATE' } }],
    records: [`${customerLine}direct, base`],
  },
  {
    kind: 'a statement of a procedure',
    access: [{ direct: [customer] }],
    records: [`${customerLine}direct`],
    extra: { parentQueryId: 'call', rootQueryId: 'call' },
  },
  {
    kind: 'a statement that was refused: the text names it',
    history: denied,
    records: [`${customerLine}text, error`],
    extra: { errorCode: '002003' },
  },
  {
    kind: 'a statement that was refused: current database and schema complete the name',
    history: {
      ...denied,
      ERROR_MESSAGE: 'no',
      QUERY_TEXT: 'select * from orders',
      DATABASE_NAME: 'IMMUTA',
      SCHEMA_NAME: 'PUBLIC',
    },
    records: ['IMMUTA.PUBLIC.ORDERS: text'],
  },
  {
    kind: 'a statement that failed: only its error names it',
    history: { ...denied, QUERY_TEXT: 'call load()' },
    records: [`${customerLine}error`],
  },
  {
    kind: 'a name in a comment or a string is none',
    history: {
      ...denied,
      ERROR_MESSAGE: 'no',
      QUERY_TEXT: "selec 'IMMUTA.PUBLIC.CUSTOMER' -- IMMUTA.PUBLIC.ORDERS",
    },
    records: [],
  },
  {
    kind: 'a statement that failed and names nothing registered',
    history: { ...denied, ERROR_MESSAGE: 'no', QUERY_TEXT: 'select * from X.Y.Z' },
    records: [],
  },
  {
    kind: 'a read of another engine (Spark, Trino)',
    elsewhere: true,
    access: [{ direct: [customer] }],
    records: [`${customerLine}direct`],
    extra: { source: 'accessHistory' },
  },
  {
    kind: 'SHOW, DESCRIBE, USE: no access',
    history: { QUERY_TEXT: 'show tables', QUERY_TYPE: 'SHOW' },
    records: [],
  },
];

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
  const reading = { client: false, logins: false, waitedNs: 0n, firstNs: 0n, signal };
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
      if (extra !== undefined) expect(made.at(-1)?.extra).toMatchObject(extra);
      // Each is an event, filed by its end, or by its beginning where that is all that is known.
      const ms = Number(atOf(index) / 1_000_000n) + (rows[0]?.source === 'accessHistory' ? 0 : 1000);
      for (const line of lines) expect(classified(line)).toEqual({ types: ['native-query'], times: [ms] });
      // What gives no record is in the books.
      if (records.length === 0) expect(books.leftOut + books.withoutObjects).toBe(1);
    },
  );
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
  for (const line of lines) expect(classified(line).types).toEqual(['login']);
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
