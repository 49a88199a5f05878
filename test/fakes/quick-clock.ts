import { systemClock } from '../../src/adapters/system/system-clock.ts';
import type { Timer } from '../../src/ports/clock.ts';

/**
 * A clock on which time passes so many times faster than on the machine's, for a run that speaks to real servers: what it
 * waits for is over sooner, in the same order. Where nothing is waited for but sleeps, `VirtualTimer` needs no time at all.
 */
export function quickClock(times: number): Timer {
  const began = { epochMs: Date.now(), machineMs: performance.now() };
  return {
    now: () => Math.floor(began.epochMs + (performance.now() - began.machineMs) * times),
    sleep: (ms, signal) => systemClock.sleep(ms / times, signal),
  };
}
