import { setMaxListeners } from 'node:events';
import { setTimeout as after } from 'node:timers/promises';
import type { Timer } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';

/** The clock of this machine. */
export const systemClock: Timer = {
  now: () => Date.now(),
  sleep: (ms, signal) => {
    // As many may sleep at once as there are uploads: that is no leak of listeners.
    setMaxListeners(0, signal);
    // Rejects when the signal is aborted, and for nothing else.
    return after(ms, undefined, { signal }).catch(() => undefined);
  },
};

/** Chance, good enough to spread tries in time. */
export const systemRandom: Random = { fraction: () => Math.random() };
