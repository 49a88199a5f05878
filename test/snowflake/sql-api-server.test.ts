import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SimulatedWorld } from './simulated-world.ts';
import { startWorld, worldToken } from './simulated-world.ts';

let world: SimulatedWorld;

beforeEach(async () => {
  world = await startWorld();
});

afterEach(async () => {
  await world.close();
});

interface Got {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

async function send(
  path: string,
  {
    body,
    headers = {},
    method,
  }: { body?: object | string; headers?: Record<string, string>; method?: string } = {},
): Promise<Got> {
  const response = await fetch(`${world.server.url}/api/v2/statements${path}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      authorization: `Bearer ${worldToken}`,
      'user-agent': 'test/1',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: JSON.parse(text) as Got['body'] };
}

const one = { statement: "SELECT 1 AS A, 'x' AS B, NULL AS C, CURRENT_TIMESTAMP() AS D, TRUE AS E" };
const ids = { statement: 'SELECT q.QUERY_ID AS I FROM SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY AS q' };

test('a statement that is done in time comes with its result; all cells are text', async () => {
  const { status, body } = await send('?requestId=11111111-1111-4111-8111-111111111111', { body: one });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    code: '090001',
    sqlState: '00000',
    data: [['1', 'x', null, `${Date.UTC(2026, 0, 15) / 1000}.000000000`, 'true']],
    resultSetMetaData: { numRows: 1, format: 'jsonv2', partitionInfo: [{ rowCount: 1 }] },
  });
  const { rowType } = body['resultSetMetaData'] as { rowType: { name: string; type: string }[] };
  expect(rowType.map(({ name, type }) => `${name} ${type}`)).toEqual([
    'A fixed',
    'B text',
    'C fixed',
    'D timestamp_ltz',
    'E boolean',
  ]);
});

test('a slow statement is 202 until it is done, and an asynchronous one always is at first', async () => {
  world.server.tuning.looks = () => 5;
  const { status, body } = await send('', { body: one });
  expect(status).toBe(202);
  expect(body).toMatchObject({ code: '333334', statementHandle: expect.any(String) });
  const path = `/${body['statementHandle'] as string}`;
  const statuses = [];
  for (let turn = 0; turn < 4; turn++) statuses.push((await send(path)).status);
  expect(statuses).toEqual([202, 200, 200, 200]);
  world.server.tuning.looks = () => 0;
  expect((await send('?async=true', { body: one })).status).toBe(202);
  expect((await send('', { body: one })).status).toBe(200);
});

test('partitions after the first are compressed and come without the metadata', async () => {
  world.server.tuning.rowsPerPartition = 300;
  const { body } = await send('', { body: ids });
  const { numRows, partitionInfo } = body['resultSetMetaData'] as {
    numRows: number;
    partitionInfo: object[];
  };
  expect(numRows).toBeGreaterThan(600);
  expect(partitionInfo).toHaveLength(Math.ceil(numRows / 300));
  expect(partitionInfo[1]).toMatchObject({ rowCount: 300, compressedSize: expect.any(Number) });
  const second = await send(`/${body['statementHandle'] as string}?partition=1`);
  expect(second.headers.get('content-encoding')).toBe('gzip');
  expect(Object.keys(second.body)).toEqual(['data']);
  expect(second.body['data']).toHaveLength(300);
  expect((await send(`/${body['statementHandle'] as string}?partition=99`)).status).toBe(400);
});

test('a request id that was seen before runs nothing', async () => {
  const query = '?requestId=22222222-2222-4222-8222-222222222222';
  const first = await send(query, { body: one });
  const second = await send(`${query}&retry=true`, { body: one });
  expect(second.body['statementHandle']).toBe(first.body['statementHandle']);
  expect(world.server.statements()).toHaveLength(1);
});

test('a cancelled statement fails from then on; one that is done can not be cancelled', async () => {
  world.server.tuning.looks = () => 100;
  const { body } = await send('?async=true', { body: one });
  const path = `/${body['statementHandle'] as string}`;
  expect((await send(`${path}/cancel`, { body: '' })).status).toBe(200);
  expect(await send(path)).toMatchObject({ status: 422, body: { code: '000604', sqlState: '57014' } });
  world.server.tuning.looks = () => 0;
  const done = await send('', { body: one });
  expect((await send(`/${done.body['statementHandle'] as string}/cancel`, { body: '' })).status).toBe(422);
});

const views = {
  hidden: { statement: 'SELECT v.NAME AS N FROM SNOWFLAKE.ACCOUNT_USAGE.GRANTS_TO_USERS AS v' },
  syntax: { statement: 'SELECT 1 AS' },
  bind: { statement: 'SELECT ? AS A' },
};

test.each([
  ['a view that is not there', { body: views.hidden }, 422, '002003'],
  ['bad syntax', { body: views.syntax }, 422, '001003'],
  ['a bind that is missing', { body: views.bind }, 422, '002049'],
  ['a role that the user has not', { body: { ...one, role: 'audit_export' } }, 422, '390189'],
  ['a warehouse that is not there', { body: { ...ids, warehouse: 'audit_export_wh' } }, 422, '000606'],
  ['more than a SELECT', { body: { statement: 'DROP TABLE T' } }, 422, '000002'],
  ['no JSON', { body: '{' }, 400, '391902'],
  ['another content type', { body: one, headers: { 'content-type': 'text/plain' } }, 415, '391910'],
  ['no token', { body: one, headers: { authorization: '' } }, 401, '390101'],
  ['a wrong token', { body: one, headers: { authorization: 'Bearer nope' } }, 401, '390303'],
  [
    'a token of another kind',
    { body: one, headers: { 'x-snowflake-authorization-token-type': 'OAUTH' } },
    401,
    '390303',
  ],
  [
    'a token that is no JWT',
    { body: one, headers: { 'x-snowflake-authorization-token-type': 'KEYPAIR_JWT' } },
    401,
    '390144',
  ],
  ['no User-Agent', { body: one, headers: { 'user-agent': '' } }, 400, '391903'],
] as const)('%s is refused', async (_, request, status, code) => {
  const got = await send('', request);
  expect([got.status, got.body['code']]).toEqual([status, code]);
});

test('an unknown statement is 404', async () => {
  expect((await send('/33333333-3333-4333-8333-333333333333')).status).toBe(404);
});

test('a view with LIMIT 0 takes no warehouse, and a view with rows does', async () => {
  world.account.roles['AUDIT_EXPORT']!.warehouses = [];
  expect((await send('', { body: ids })).status).toBe(422);
  expect((await send('', { body: { statement: `${ids.statement} LIMIT 0` } })).status).toBe(200);
});

test('faults come when they are planned, and as often', async () => {
  world.server.faults.plan('submit', { kind: 'status', status: 503 }, { after: 1, times: 2 });
  const statuses = [];
  for (let turn = 0; turn < 4; turn++) statuses.push((await send('', { body: one })).status);
  expect(statuses).toEqual([200, 503, 503, 200]);
  expect(world.server.statements()).toHaveLength(2);
  world.server.faults.plan('submit', { kind: 'reset', when: 'after' });
  await expect(send('', { body: one })).rejects.toThrow('fetch failed');
  expect(world.server.statements()).toHaveLength(3);
  world.server.faults.plan('submit', { kind: 'reset', when: 'before' });
  await expect(send('', { body: one })).rejects.toThrow('fetch failed');
  expect(world.server.statements()).toHaveLength(3);
});

test('no token is kept of a request', async () => {
  await send('', { body: one });
  expect(JSON.stringify(world.server.requests)).not.toContain(worldToken);
  expect(world.server.requests[0]).toMatchObject({ operation: 'submit', method: 'POST', status: 200 });
});
