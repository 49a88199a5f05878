import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSnowflakeSession } from '../../../../src/adapters/snowflake/open-session.ts';
import { readClock, readQueries } from '../../../../src/core/collect/read-history.ts';
import type { SnowflakeSession } from '../../../../src/ports/snowflake.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';
import type { Operation } from '../../../snowflake/faults.ts';
import type { SimulatedWorld } from '../../../snowflake/simulated-world.ts';
import { quickPace, startWorld } from '../../../snowflake/simulated-world.ts';

const dayNs = 86_400_000_000_000n;
const { signal } = new AbortController();

let world: SimulatedWorld;
let session: SnowflakeSession;

beforeEach(async () => {
  world = await startWorld();
  session = await openSnowflakeSession(world.settings, world.environment, quickPace());
});

afterEach(async () => {
  await session.close();
  await world.close();
});

async function idsOfADay(): Promise<string[]> {
  const untilNs = BigInt(world.clock.nowMs) * 1_000_000n - dayNs;
  const range = { fromNs: untilNs - dayNs, untilNs };
  const ids: string[] = [];
  for await (const rows of readQueries(session, range, { client: false, logins: false, signal }))
    ids.push(...rows.map(({ queryId }) => queryId));
  return ids;
}

/** What Snowflake says of a statement that it no longer knows. */
function forget(
  operation: Operation,
  answer: { status: number; code: string },
  times: number,
  after = 0,
): void {
  world.server.faults.plan(operation, { kind: 'status', ...answer }, { times, after });
}

describe.each([
  ['404', { status: 404, code: '391918' }],
  ['000709', { status: 422, code: '000709' }],
])('a statement that Snowflake has forgotten (%s) is submitted again within the run', (_, answer) => {
  test.each<[string, Operation, number]>([
    ['before it was looked at', 'status', 0],
    ['before its second partition', 'partition', 0],
    ['in the middle of its partitions', 'partition', 1],
  ])('%s', async (_, operation, after) => {
    world.server.tuning.rowsPerPartition = 60;
    const all = await idsOfADay();
    expect(all.length).toBeGreaterThan(200);
    forget(operation, answer, 1, after);
    expect(await idsOfADay()).toEqual(all);
  });
});

test('one that is forgotten again and again ends the run, with what to do', async () => {
  forget('status', { status: 404, code: '391918' }, 100);
  const error = await rejectionOf(readClock(session, signal));
  expect(error).toMatchObject({
    code: 'snowflake-failed',
    message: expect.stringContaining('does not know the statement'),
    cure: 'Run it again: it goes on where it stopped.',
  });
});
