import type { Timer } from '../../../ports/clock.ts';
import { Condition } from '../plan/condition.ts';

/** Files that seem unchanged are looked at as well, so often. */
const wholeLookMs = 300_000;
const shortestWaitMs = 10;

/** When what has come is due. */
export interface Due {
  /** Longest time that it waits. */
  flushMs: number;
  /** Bytes that do not wait. */
  objectBytes: number;
}

/** What has come since the last batch was begun, and when the next one is due. */
export class News {
  readonly #clock: Timer;
  readonly #changed = new Condition();
  #bytes = 0;
  /** Since when something waits. */
  #sinceMs: number | undefined;
  #wholeLookMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Timer) {
    this.#clock = clock;
  }

  get sinceMs(): number | undefined {
    return this.#sinceMs;
  }

  /** Whether all files are to be looked at, not only those that changed. */
  get isWholeDue(): boolean {
    return this.#clock.now() - this.#wholeLookMs >= wholeLookMs;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
    this.#sinceMs ??= this.#clock.now();
    this.#changed.notifyAll();
  }

  /** Something else has changed: whoever waits looks again. */
  notify(): void {
    this.#changed.notifyAll();
  }

  isDue(due: Due): boolean {
    return this.isWholeDue || this.isFlushDue(due);
  }

  /** Whether what has come is due, and not only a look at all files. */
  isFlushDue({ flushMs, objectBytes }: Due): boolean {
    if (this.#sinceMs === undefined) return false;
    return this.#clock.now() - this.#sinceMs >= flushMs || this.#bytes >= objectBytes;
  }

  /** A batch is begun: what comes from now on is of the next one. */
  take(): void {
    this.#bytes = 0;
    this.#sinceMs = undefined;
  }

  /** It was not delivered: it is due at once. */
  putBack(): void {
    this.#sinceMs = Number.NEGATIVE_INFINITY;
  }

  /** All files were looked at, at this time. */
  looked(nowMs: number): void {
    this.#wholeLookMs = nowMs;
  }

  /** Waits until something comes, or is due. */
  async wait({ flushMs }: Due, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const dueMs = this.#sinceMs === undefined ? wholeLookMs : this.#sinceMs + flushMs - this.#clock.now();
    await Promise.race([
      this.#clock.sleep(Math.max(shortestWaitMs, dueMs), either),
      this.#changed.wait(either),
    ]);
    over.abort();
  }
}
