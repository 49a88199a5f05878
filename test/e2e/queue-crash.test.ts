import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventsOf, generateInput } from './generated-input.ts';
import type { QueueWorld } from './queue-world.ts';
import { startQueueWorld } from './queue-world.ts';
import { differencesFrom, readExport } from './read-export.ts';
import type { RunningCli } from './run-cli.ts';
import { startCli } from './run-cli.ts';
import { useWorkspaces } from './workspace.ts';

const workers = 3;
const kills = 4;
const objects = 20;
const newWorkspace = useWorkspaces();
const input = generateInput({ seed: 91, lines: objects * 50, hours: 60, late: 0.05 });

let world: QueueWorld;
beforeAll(async () => {
  world = await startQueueWorld({ maxReceiveCount: 100 });
});
afterAll(async () => {
  await world.close();
});

/** Fractions of 0 to 1, the same in every run. */
function seededFractions(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test(`${workers} workers on one queue, ${kills} of them killed at random moments, messages that come twice, and poison: every line once and in its place, the queue empty, the poison aside`, async () => {
  const fraction = seededFractions(7);
  for (let part = 0; part < objects; part++) {
    const lines = input.lines.slice(part * 50, (part + 1) * 50).map(({ bytes }) => bytes);
    await world.put(`raw/part ${part}.jsonl${part % 2 === 0 ? '.gz' : ''}`, lines);
  }
  const told = await world.bodies(world.queueUrl);
  expect(told).toHaveLength(objects + 1);
  const poison = ['not even JSON', '{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put"}]}'];
  // What was received above stays out of sight: these are the messages of this test, each twice, and the poison.
  for (const body of [...told.slice(1), ...poison, ...told.slice(1)]) await world.send(body);
  // Slow enough for kills to hit in the middle of the work.
  for (const operation of ['GetObject', 'PutObject'])
    world.emulator.faults.add({ kind: 'slow', ms: 120, rate: 0.4, match: { operation } });

  const workspace = await newWorkspace();
  const environment = await world.environmentFor(world.workerStatements);
  const start = (): RunningCli =>
    startCli(
      workspace,
      [
        'push',
        '--from-sqs',
        world.queueUrl,
        '--to',
        `s3://${world.target}/audit`,
        '--visibility',
        '2',
        '--json',
      ],
      { environment, timeoutMs: 280_000, ownProcess: true },
    );
  const running = Array.from({ length: workers }, start);
  const countOf = (operation: string): number =>
    world.emulator.requests().filter((request) => request.operation === operation).length;
  await expect.poll(() => countOf('PutObject'), { timeout: 20_000 }).toBeGreaterThan(0);
  for (let kill = 0; kill < kills; kill++) {
    await sleep(100 + fraction() * 300);
    const index = Math.floor(fraction() * workers);
    running[index]?.child.kill('SIGKILL');
    await running[index]?.ended;
    running[index] = start();
  }
  world.emulator.faults.clear();

  const inSight = async (): Promise<number> => {
    const { visible, inFlight } = await world.counts();
    return visible + inFlight - told.length;
  };
  await expect.poll(inSight, { timeout: 200_000, interval: 200 }).toBe(poison.length);
  await world.redriveAfter(1);
  await expect.poll(inSight, { timeout: 20_000, interval: 200 }).toBe(0);
  for (const { child } of running) child.kill('SIGTERM');
  const ended = await Promise.all(running.map(async (run) => await run.ended));
  for (const { code, stderr } of ended) expect(code, `with: ${stderr}`).toBe(0);

  expect(differencesFrom(eventsOf(input), await readExport(world.storeAt('audit')))).toEqual([]);
  expect((await world.bodies(world.deadLetterUrl)).toSorted()).toEqual(poison.toSorted());
  const again = world.emulator
    .requests()
    .filter(({ operation, status }) => operation === 'PutObject' && status === 412);
  expect(again.length, 'objects that were delivered a second time').toBeGreaterThan(objects / 2);
}, 300_000);

test('a folder that is split between processes gives the lines of one process, each once', async () => {
  const workspace = await newWorkspace();
  for (let part = 0; part < objects; part++) {
    const lines = input.lines.slice(part * 50, (part + 1) * 50).map(({ bytes }) => bytes);
    await workspace.write(
      `logs/${part % 3}/part-${part}.jsonl`,
      Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])),
    );
  }
  const environment = await world.environmentFor([
    { Action: 's3:PutObject', Resource: `arn:aws:s3:::${world.target}/split/*` },
  ]);
  const to = ['push', '--to', `s3://${world.target}/split`, '--json'];
  const shares = [
    { args: ['--shard', '0/3'], environment: {} },
    { args: ['--shard', '/3'], environment: { JOB_COMPLETION_INDEX: '1' } },
    { args: [], environment: { AWS_BATCH_JOB_ARRAY_INDEX: '2', AUDIT_EXPORT_SHARD: '/3' } },
  ];
  const runs = await Promise.all(
    shares.map(
      async (share) =>
        await startCli(workspace, [...to, ...share.args, 'logs'], {
          environment: { ...environment, ...share.environment },
        }).ended,
    ),
  );
  const read: number[] = [];
  for (const { code, stdout, stderr } of runs) {
    expect(code, `with: ${stderr}`).toBe(0);
    read.push((JSON.parse(stdout) as { balance: { read: number } }).balance.read);
  }
  expect(
    read.every((lines) => lines > 0),
    `lines of each share: ${read.join(', ')}`,
  ).toBe(true);
  const { objects: stored, faults } = await readExport(world.storeAt('split'));
  expect(faults).toEqual([]);
  const found = stored.flatMap(({ folder, lines }) => lines.map((line) => `${folder} ${line}`));
  const expected = eventsOf(input).map(
    ({ type, date, bytes }) => `audit_type=${type}/event_date=${date} ${bytes.toString('latin1')}`,
  );
  expect(found.toSorted()).toEqual(expected.toSorted());
}, 30_000);
