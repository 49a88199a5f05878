import { cpSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { CollectReport } from '../../src/commands/collect/collect-report.ts';
import { collectSnowflake } from '../../src/commands/collect/index.ts';
import type { DeliveryLimits } from '../../src/core/delivery/limits.ts';
import { MemoryStore } from '../fakes/memory-store.ts';
import { scratchFolder } from '../fakes/scratch-folder.ts';
import { Random } from '../snowflake/random.ts';
import {
  collectHost,
  collectRequest,
  CollectWorld,
  expectedOf,
  faultsOf,
  hourMs,
  recordsIn,
} from './collect-kit.ts';
import { PowerSwitch } from './power-cut.ts';

// Each run of push takes its memory when it begins; thousands of runs in one process need not take 64 MiB each.
vi.mock('../../src/core/delivery/limits.ts', async (original) => {
  const { defaultLimits } = await original<{ defaultLimits: DeliveryLimits }>();
  return { defaultLimits: { ...defaultLimits, pageMemoryBytes: 256 * 1024, blockBytes: 64 * 1024 } };
});

const dayMs = 24 * hourMs;
const startMs = Date.UTC(2026, 0, 1);
const flags = { since: '2026-01-01' };

/** Late rows of both views, second rows of one query, rows in any order. */
const rough = { lateRate: 0.05, lateAccessRate: 0.05, latestMs: 40 * hourMs, duplicateRate: 0.05 };

/** Steps at which the power goes off, of every kind. */
const steps = [
  'append',
  'begin segment',
  'close segment',
  'commit seen',
  'journal: begin',
  'journal: cursor',
  'journal: done',
  'put',
  'query',
  'remove segment',
];

test('6 days in runs every two hours, half of them with their power cut: every eligible query arrives exactly once', async () => {
  const plan = { fromMs: startMs, untilMs: startMs + 6 * dayMs, queriesPerHour: 6, longTextRate: 0 };
  const world = new CollectWorld({ ...plan, ...rough });
  const store = new MemoryStore();
  const state = join(scratchFolder(), 'state');
  const random = new Random(7, 1);
  const killedAt = new Set<string>();
  const sums = { lateRows: 0, lateAccessRows: 0, resumedBatches: 0 };
  const unexpected: unknown[] = [];
  let cuts = 0;
  for (let hour = 6; hour < 6 * 24 + 60; hour += 2) {
    world.clock.nowMs = startMs + hour * hourMs + random.whole(0, 59 * 60_000);
    const power = random.chance(0.5) ? new PowerSwitch(cuts++ % 29, random.chance(0.5)) : new PowerSwitch();
    const report = await collectSnowflake(
      collectRequest({ ...flags, window: '2h' }),
      hostOf(world, state, store, power),
    );
    if (power.isOff) killedAt.add(power.names.at(-1) ?? '');
    else if (report.error !== null) unexpected.push(report.error);
    for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += report[name];
  }
  expect(unexpected).toEqual([]);
  const faults = faultsOf(
    recordsIn(store),
    expectedOf(world.history, () => true),
  );
  expect(faults.slice(0, 10)).toEqual([]);
  // All of them, before and after, are in the test below.
  expect(steps.filter((step) => killedAt.has(step)).length).toBeGreaterThan(7);
  expect(sums.lateRows).toBeGreaterThan(20);
  expect(sums.lateAccessRows).toBeGreaterThan(20);
  expect(sums.resumedBatches).toBeGreaterThan(2);
}, 600_000);

test('killed before or after any step, with its state on disk, a run leaves nothing lost and nothing doubled', async () => {
  const plan = { fromMs: startMs, untilMs: startMs + 2 * dayMs, queriesPerHour: 5, longTextRate: 0.01 };
  const world = new CollectWorld({ ...plan, ...rough });
  const firstFolder = join(scratchFolder(), 'state');
  const firstStore = new MemoryStore();
  world.clock.nowMs = startMs + 30 * hourMs;
  await collectSnowflake(collectRequest(flags), hostOf(world, firstFolder, firstStore));
  world.clock.nowMs = startMs + 33 * hourMs;
  const reached = new Set<string>();
  const lost: string[] = [];
  for (let step = 0, total = Infinity; step < total; step++) {
    for (const after of [false, true]) {
      const folder = mkdtempSync(`${firstFolder}-`);
      cpSync(firstFolder, folder, { recursive: true });
      const store = new MemoryStore();
      for (const [key, body] of firstStore.objects) store.objects.set(key, body);
      const power = new PowerSwitch(step, after);
      await collectSnowflake(collectRequest(flags), hostOf(world, folder, store, power));
      if (!power.isOff) total = step;
      else reached.add(power.names.at(-1) ?? '');
      const { error, watermark } = await collectSnowflake(
        collectRequest(flags),
        hostOf(world, folder, store),
      );
      const faults = faultsOf(recordsIn(store), dueNow(world, watermark));
      lost.push(
        ...faults.map((fault) => `${step} ${after}: ${fault}`),
        ...(error === null ? [] : [error.message]),
      );
    }
  }
  expect(lost.slice(0, 10)).toEqual([]);
  expect([...reached].toSorted()).toEqual(steps);
}, 600_000);

function hostOf(
  world: CollectWorld,
  folder: string,
  store: MemoryStore,
  power = new PowerSwitch(),
): ReturnType<typeof collectHost> {
  return collectHost({ session: world.session(), folder, store, power });
}

/** What can be known by now of the queries that ended before the watermark. */
function dueNow(world: CollectWorld, watermark: CollectReport['watermark']): Set<string> {
  const beforeMs = Date.parse(watermark ?? '');
  return expectedOf(
    world.history,
    ({ endMs, visibleMs }) => endMs < beforeMs && visibleMs <= world.clock.nowMs,
  );
}
