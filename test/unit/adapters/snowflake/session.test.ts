import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSnowflakeSession } from '../../../../src/adapters/snowflake/open-session.ts';
import type { SnowflakeRow, SnowflakeSession, SnowflakeStatement } from '../../../../src/ports/snowflake.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';
import { packPartition } from '../../../snowflake/result-pages.ts';
import type { SimulatedWorld } from '../../../snowflake/simulated-world.ts';
import { quickPace, startWorld, worldToken } from '../../../snowflake/simulated-world.ts';

let world: SimulatedWorld;
let session: SnowflakeSession;
let pace: ReturnType<typeof quickPace>;

beforeEach(async () => {
  world = await startWorld();
  pace = quickPace();
  session = await openSnowflakeSession(world.settings, world.environment, pace);
});

afterEach(async () => {
  await session.close();
  await world.close();
});

const whoAmI: SnowflakeStatement = {
  text: 'SELECT CURRENT_USER() AS U, CURRENT_ROLE() AS R',
  queryTag: 'tag',
};

/** One day of ids. */
function idsOfADay(): SnowflakeStatement {
  const until = BigInt(world.clock.nowMs) * 1_000_000n;
  return {
    text: `SELECT q.QUERY_ID AS QUERY_ID, q.SESSION_ID AS SESSION_ID, q.QUERY_TEXT AS QUERY_TEXT
           FROM SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY AS q
           WHERE q.END_TIME >= TO_TIMESTAMP_LTZ(?, 9) AND q.END_TIME < TO_TIMESTAMP_LTZ(?, 9)
           ORDER BY q.END_TIME, q.QUERY_ID`,
    binds: [
      { type: 'FIXED', value: String(until - 86_400_000_000_000n) },
      { type: 'FIXED', value: String(until) },
    ],
  };
}

async function rowsOf(statement: SnowflakeStatement): Promise<SnowflakeRow[]> {
  return drain((await session.query(statement)).batches);
}

async function drain(batches: AsyncIterable<readonly SnowflakeRow[]>): Promise<SnowflakeRow[]> {
  const all: SnowflakeRow[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function submits(): string[] {
  return world.server.requests.filter(({ operation }) => operation === 'submit').map(({ path }) => path);
}

test('a statement runs as the user and role that were named, with its tag, and every cell is text', async () => {
  const result = await session.query(whoAmI);
  expect(result.columns).toEqual([
    { name: 'U', type: 'text' },
    { name: 'R', type: 'text' },
  ]);
  expect(result.rowCount).toBe(1);
  const [row] = await rowsOf(whoAmI);
  expect(row).toEqual(['AUDIT_EXPORT_SERVICE', 'AUDIT_EXPORT']);
  expect(world.server.statements()[0]).toMatchObject({ queryTag: 'tag', handle: result.statementId });
  expect(session.account).toBe('ACME-PROD');
});

test.each([1, 7, 100_000])(
  'a result in partitions of %i rows arrives whole and in order',
  async (rowsPerPartition) => {
    const expected = await rowsOf(idsOfADay());
    world.server.tuning.rowsPerPartition = rowsPerPartition;
    const rows = await rowsOf(idsOfADay());
    expect(rows.length).toBeGreaterThan(300);
    expect(rows).toEqual(expected);
    expect(rows.every(([, sessionId]) => /^\d{17}$/.test(sessionId ?? ''))).toBe(true);
  },
);

test('a partition is asked for ahead of its turn, and not more than three of them', async () => {
  world.server.tuning.rowsPerPartition = 20;
  const { batches } = await session.query(idsOfADay());
  const reading = batches[Symbol.asyncIterator]();
  await reading.next();
  await reading.next();
  const asked = world.server.requests.filter(({ operation }) => operation === 'partition');
  expect(asked.length).toBeGreaterThan(1);
  expect(asked.length).toBeLessThanOrEqual(4);
  await reading.return?.();
});

test('a slow statement is looked at with pauses that grow', async () => {
  world.server.tuning.looks = () => 12;
  await rowsOf(whoAmI);
  const { pauses } = pace;
  expect(pauses.length).toBeGreaterThanOrEqual(12);
  expect(pauses[0]).toBe(200);
  expect(pauses[1]).toBe(300);
  expect(Math.max(...pauses)).toBe(5000);
});

test('a POST that may have been carried out is repeated under the same id, and the statement runs once', async () => {
  world.server.faults.plan('submit', { kind: 'reset', when: 'after' });
  expect(await rowsOf(whoAmI)).toHaveLength(1);
  const [first = '', second = ''] = submits();
  expect(second).toBe(`${first}&retry=true`);
  expect(world.server.statements()).toHaveLength(1);
});

test.each([
  [
    '429 on the POST',
    'submit',
    { kind: 'status', status: 429, code: '390505', message: 'Too many requests' },
  ],
  ['503 with a page of a proxy', 'submit', { kind: 'status', status: 503, html: true }],
  ['504 after it was carried out', 'submit', { kind: 'status', status: 504, executed: true }],
  ['a reset before it was carried out', 'submit', { kind: 'reset', when: 'before' }],
  ['a reset in the middle of the answer', 'status', { kind: 'reset', when: 'midway' }],
  ['429 on a look', 'status', { kind: 'status', status: 429 }],
  ['a reset in the middle of a partition', 'partition', { kind: 'reset', when: 'midway' }],
  ['500 on a partition', 'partition', { kind: 'status', status: 500 }],
] as const)('%s is tried again and loses nothing', async (_, operation, fault) => {
  const expected = await rowsOf(idsOfADay());
  world.server.tuning.rowsPerPartition = 100;
  world.server.faults.plan(operation, fault, { times: 3 });
  expect(await rowsOf(idsOfADay())).toEqual(expected);
  expect(world.server.statements()).toHaveLength(2);
});

test('pauses between tries are at random below a ceiling that doubles', async () => {
  world.server.faults.plan('submit', { kind: 'status', status: 429 }, { times: 8 });
  await rowsOf(whoAmI);
  expect(pace.pauses.slice(0, 8)).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
});

test('trying again ends, and says what stood in the way', async () => {
  world.server.faults.plan('submit', { kind: 'status', status: 429 }, { times: 1000 });
  const error = await rejectionOf(session.query(whoAmI));
  expect(error.code).toBe('snowflake-throttled');
  expect(error.exitCode).toBe(6);
  expect(submits().length).toBeLessThan(40);
});

test('a server that is not there is named, with the cure', async () => {
  await world.close();
  const error = await rejectionOf(session.query(whoAmI));
  expect(error.code).toBe('snowflake-unreachable');
  expect(error.message).toContain('127.0.0.1');
  expect(error.message).toContain('ECONNREFUSED');
  expect(error.cure).toContain('HTTPS_PROXY');
});

test('a statement that fails tells code, SQL state and its id', async () => {
  const error = await rejectionOf(
    session.query({ text: 'SELECT q.NO_SUCH AS X FROM SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY AS q' }),
  );
  expect(error.code).toBe('snowflake-failed');
  expect(error.message).toMatch(
    /invalid identifier 'q?Q?\.?NO_SUCH' \(code 000904, SQL state 42000, statement /,
  );
  expect(error.details['statementId']).toBe(world.server.statements()[0]?.handle);
});

test.each([
  [
    'a view that is not granted',
    () => (world.account.roles['AUDIT_EXPORT']!.databaseRoles = []),
    '002003',
    /--check/,
  ],
  [
    'a warehouse that is not granted',
    () => (world.account.roles['AUDIT_EXPORT']!.warehouses = []),
    '000606',
    /--warehouse/,
  ],
  ['a role that the user has not', () => (world.account.users[0]!.roles = []), '390189', /--check/],
] as const)('%s is a matter of access, and the cure says where to look', async (_, change, code, cure) => {
  change();
  const error = await rejectionOf(session.query(idsOfADay()));
  expect(error.code).toBe('snowflake-denied');
  expect(error.exitCode).toBe(4);
  expect(error.details['snowflakeCode']).toBe(code);
  expect(error.cure).toMatch(cure);
});

test('a machine that the network policy keeps out is told so', async () => {
  world.account.allowedAddresses = ['192.0.2.1'];
  const error = await rejectionOf(session.query(whoAmI));
  expect(error.code).toBe('snowflake-denied');
  expect(error.message).toContain('network policy');
});

test('a statement is cancelled where the run is stopped', async () => {
  world.server.tuning.looks = () => 1_000_000;
  const stop = new AbortController();
  const running = rejectionOf(session.query({ ...whoAmI, signal: stop.signal }));
  await expect.poll(() => world.server.requests.some(({ operation }) => operation === 'status')).toBe(true);
  stop.abort();
  expect((await running).code).toBe('interrupted');
  expect(world.server.statements()[0]?.state).toBe('cancelled');
});

test('a run that is stopped before the answer to its POST still cancels the statement', async () => {
  world.server.tuning.looks = () => 1_000_000;
  const held = deferred();
  world.server.faults.plan('submit', { kind: 'hold', until: held.promise });
  const stop = new AbortController();
  const running = rejectionOf(session.query({ ...whoAmI, signal: stop.signal }));
  await expect.poll(() => world.server.statements().length).toBe(1);
  stop.abort();
  held.resolve();
  expect((await running).code).toBe('interrupted');
  expect(world.server.statements()[0]?.state).toBe('cancelled');
});

test('a run that is stopped in the middle of a result fetches no more of it', async () => {
  world.server.tuning.rowsPerPartition = 20;
  const stop = new AbortController();
  const { batches } = await session.query({ ...idsOfADay(), signal: stop.signal });
  const reading = batches[Symbol.asyncIterator]();
  await reading.next();
  await reading.next();
  stop.abort();
  const error = await rejectionOf(drain({ [Symbol.asyncIterator]: () => reading }));
  expect(error.code).toBe('interrupted');
  expect(submits()).toHaveLength(1);
});

test('closing the session cancels what runs', async () => {
  world.server.tuning.looks = () => 1_000_000;
  const running = rejectionOf(session.query(whoAmI));
  await expect.poll(() => world.server.requests.some(({ operation }) => operation === 'status')).toBe(true);
  await session.close();
  expect((await running).code).toBe('interrupted');
  expect(world.server.statements()[0]?.state).toBe('cancelled');
});

test('a statement that takes longer than it may is given up and cancelled', async () => {
  world.server.tuning.looks = () => 1_000_000;
  const error = await rejectionOf(session.query({ ...whoAmI, timeoutSeconds: 60 }));
  expect(error.message).toContain('longer than it may');
  expect(world.server.statements()[0]?.state).toBe('cancelled');
});

test('a partition with fewer rows than were told is an error, not a loss', async () => {
  world.server.tuning.rowsPerPartition = 100;
  const { batches, statementId } = await session.query(idsOfADay());
  const { bodies } = world.server.statements().find(({ handle }) => handle === statementId)!.result!;
  bodies[1] = packPartition(JSON.stringify(Array.from({ length: 99 }, () => ['id', null, 'text'])));
  const error = await rejectionOf(drain(batches));
  expect(error.code).toBe('snowflake-failed');
  expect(error.message).toContain('99 of 100 rows');
});

test('an answer that is no JSON points at whatever stands between', async () => {
  world.server.faults.plan('submit', { kind: 'status', status: 200, html: true });
  const error = await rejectionOf(session.query(whoAmI));
  expect(error.message).toContain('text/html');
  expect(error.cure).toContain('proxy');
});

test('no error tells the token', async () => {
  world.server.faults.plan('submit', {
    kind: 'status',
    status: 401,
    code: '390199',
    message: `bad ...${worldToken}`,
  });
  const error = await rejectionOf(session.query(whoAmI));
  expect(error.code).toBe('snowflake-denied');
  expect(JSON.stringify([error.message, error.cure, error.details])).not.toContain(worldToken);
});

test('trouble that lasts is told once a request, with why; what passes at once is not told', async () => {
  const told: string[] = [];
  const settings = { ...world.settings, onTrouble: ({ code }: { code: string }) => told.push(code) };
  const watched = await openSnowflakeSession(settings, world.environment, pace);
  world.server.faults.plan('submit', { kind: 'status', status: 429 }, { times: 3 });
  await drain((await watched.query(whoAmI)).batches);
  expect(told).toEqual([]);
  world.server.faults.plan('submit', { kind: 'status', status: 429 }, { times: 6 });
  await drain((await watched.query(whoAmI)).batches);
  expect(told).toEqual(['snowflake-throttled']);
  await watched.close();
});
