import { join } from 'node:path';
import { collectHost, CollectWorld, hourMs } from '../../../e2e/collect-kit.ts';
import { MemoryStore } from '../../../fakes/memory-store.ts';
import type { HistoryPlan } from '../../../snowflake/generator-plan.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';

export const startMs = Date.UTC(2026, 0, 1);

/** A state, a store and a host of a world with two days of history, twelve hours after it began. */
export function prepare(plan: Partial<HistoryPlan> = {}): {
  world: CollectWorld;
  folder: string;
  store: MemoryStore;
  host: ReturnType<typeof collectHost>;
} {
  const world = new CollectWorld({
    fromMs: startMs,
    untilMs: startMs + 48 * hourMs,
    queriesPerHour: 3,
    longTextRate: 0,
    lateRate: 0,
    duplicateRate: 0,
    ...plan,
  });
  world.clock.nowMs = startMs + 12 * hourMs;
  const folder = join(scratchFolder(), 'state');
  const store = new MemoryStore();
  return { world, folder, store, host: collectHost({ session: world.session(), folder, store }) };
}

export const cursor = 'snowflake-acme-prod';
export const since = { since: '2026-01-01' };
