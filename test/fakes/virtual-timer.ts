import { setMaxListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import type { Timer } from '../../src/ports/clock.ts';

/**
 * A timer whose time passes only while `run` waits for something: it lets everybody do what can be done now (promises, and
 * nothing slower), then jumps to the end of the sleep that ends first. Remembers all sleeps that were asked for.
 */
export class VirtualTimer implements Timer {
  readonly slept: number[] = [];
  #nowMs: number;
  readonly #sleeping = new Set<{ untilMs: number; wake: () => void }>();

  constructor(startMs = 1_000_000) {
    this.#nowMs = startMs;
  }

  readonly now = (): number => this.#nowMs;

  readonly sleep = async (ms: number, signal: AbortSignal): Promise<void> => {
    this.slept.push(ms);
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.#sleeping.delete(sleeper);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { untilMs: this.#nowMs + ms, wake };
      this.#sleeping.add(sleeper);
      setMaxListeners(0, signal);
      signal.addEventListener('abort', wake);
    });
  };

  /** Waits for the promise, and lets time pass where everybody sleeps. Throws where nobody would ever wake up. */
  async run<T>(promise: Promise<T>): Promise<T> {
    const state = { settled: false };
    const settled = (): void => {
      state.settled = true;
    };
    promise.then(settled, settled);
    for (;;) {
      await turn();
      if (state.settled) return promise;
      this.#jump();
    }
  }

  #jump(): void {
    const [first] = [...this.#sleeping].sort((a, b) => a.untilMs - b.untilMs);
    if (first === undefined) throw new Error('everybody waits, and nobody sleeps');
    this.#nowMs = Math.max(this.#nowMs, first.untilMs);
    first.wake();
  }
}
