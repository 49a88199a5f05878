import { AuditExportError } from '../../../errors.ts';
import type { Timer } from '../../../ports/clock.ts';
import type { FinishedObject, ObjectStore, PutStatus } from '../../../ports/store/object-store.ts';
import { PutFailure } from '../../../ports/store/put-failure.ts';
import type { PutFailureCause } from '../../../ports/store/put-failure.ts';
import type { Random } from '../../../ports/random.ts';
import { AdaptiveLimit } from './adaptive-limit.ts';
import { pauseMs } from './back-off.ts';
import type { BreakerEvents } from './circuit-breaker.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { Semaphore } from '../semaphore.ts';
import { RetryState } from './retry-state.ts';
import { retryRules } from './retry-rules.ts';

/**
 * How long an object is tried: for `retryForMs` from its first failure on, at most `tries` times where that is set; or
 * `endless`ly, which gives up on nothing but what can only fail again.
 */
export type Patience = 'endless' | { retryForMs: number; tries: number | undefined };

export interface RetryEvents extends BreakerEvents {
  /** A PUT is being sent, for the first time or again. */
  onTry: () => void;
  /** A PUT is being sent again, after a failure of this cause. */
  onRetry: (cause: PutFailureCause) => void;
}

export interface RetryOptions {
  patience: Patience;
  /** Most PUTs under way at once. */
  atOnce: number;
  timer: Timer;
  random: Random;
  /** Aborted: tries under way are seen through, pauses end, and nothing is tried again. */
  signal: AbortSignal;
  events: RetryEvents;
}

/**
 * A store that tries again what failed, with growing pauses and within the patience. All PUTs share a circuit breaker and
 * a limit that falls when the store is throttled. Throws the last failure of an object, which says of all its tries whether
 * they may have stored it, or `interrupted`.
 */
export class RetryingStore implements ObjectStore {
  readonly location: string;
  readonly prefix: string;
  readonly #store: ObjectStore;
  readonly #options: RetryOptions;
  readonly #breaker: CircuitBreaker;
  readonly #limit: AdaptiveLimit;
  readonly #semaphore: Semaphore;
  #hasStored = false;

  constructor(store: ObjectStore, options: RetryOptions) {
    this.location = store.location;
    this.prefix = store.prefix;
    this.#store = store;
    this.#options = options;
    this.#breaker = new CircuitBreaker(options.events);
    this.#limit = new AdaptiveLimit(options.atOnce);
    this.#semaphore = new Semaphore(options.atOnce);
  }

  /** What is there although an earlier try of ours may have stored it counts as stored. */
  async put(object: FinishedObject): Promise<PutStatus> {
    const state = new RetryState();
    try {
      for (;;) {
        await this.#admit(object, state);
        const status = await this.#tryOnce(object, state);
        if (status !== undefined) return status === 'already-there' && state.maybeStored ? 'stored' : status;
        await this.#pause(state);
        if (this.#options.signal.aborted) throw interrupted(object, state);
      }
    } finally {
      this.#breaker.leave(state);
    }
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  /** Waits for the breaker and for room under the limit; leaves with a place taken in the gate. */
  async #admit(object: FinishedObject, state: RetryState): Promise<void> {
    const { signal, timer } = this.#options;
    for (;;) {
      if (!this.#breaker.lets(state)) {
        state.noteTrouble(timer.now());
        await this.#breaker.pass(state, signal);
        if (signal.aborted) throw interrupted(object, state);
        if (this.#breaker.outage !== undefined && this.#patienceLeftMs(state) <= 0)
          throw state.last ?? this.#breaker.outage.error;
      }
      await this.#semaphore.enter();
      if (this.#breaker.lets(state)) return;
      this.#semaphore.leave();
    }
  }

  /** What became of the try; undefined where it failed and may be made again. Throws the failure where it may not. */
  async #tryOnce(object: FinishedObject, state: RetryState): Promise<PutStatus | undefined> {
    const { events, timer } = this.#options;
    const beganMs = timer.now();
    events.onTry();
    if (state.last !== undefined) events.onRetry(state.last.trouble.cause);
    state.tries++;
    try {
      const status = await this.#store.put(object);
      this.#hasStored = true;
      this.#limit.noteSuccess();
      this.#breaker.noteSuccess(timer.now());
      return status;
    } catch (error) {
      if (!(error instanceof PutFailure)) throw error;
      const nowMs = timer.now();
      state.noteFailure(error, nowMs);
      this.#breaker.noteFailure(error, nowMs);
      if (error.trouble.cause === 'throttled') this.#limit.noteThrottled(beganMs, nowMs);
      if (this.#givesUp(error, state)) throw state.last ?? error;
      return undefined;
    } finally {
      this.#semaphore.setLimit(this.#limit.value);
      this.#semaphore.leave();
    }
  }

  #givesUp({ trouble: { cause } }: PutFailure, state: RetryState): boolean {
    const { patience } = this.#options;
    if (cause === 'final') return true;
    if (patience === 'endless') return false;
    return (
      (!this.#hasStored && state.failuresBy(cause) >= retryRules[cause].toldAt) ||
      state.tries >= (patience.tries ?? Number.POSITIVE_INFINITY) ||
      this.#patienceLeftMs(state) <= 0
    );
  }

  #patienceLeftMs({ troubledSinceMs }: RetryState): number {
    const { patience, timer } = this.#options;
    if (patience === 'endless' || troubledSinceMs === undefined) return Number.POSITIVE_INFINITY;
    return troubledSinceMs + patience.retryForMs - timer.now();
  }

  /** Backs off; never longer than the patience lasts, so that the last try is at its end. */
  async #pause(state: RetryState): Promise<void> {
    const { random, timer, signal } = this.#options;
    const { cause, retryAfterMs = 0 } = state.last?.trouble ?? { cause: 'final' };
    if (cause === 'final') return;
    const { backOff, mended } = retryRules[cause];
    const failures = state.failuresBy(cause) - mended;
    if (failures <= 0) return;
    const wanted = Math.max(
      pauseMs(backOff, failures, random.fraction()),
      Math.min(retryAfterMs, backOff.mostMs),
    );
    await timer.sleep(Math.min(wanted, this.#patienceLeftMs(state)), signal);
  }
}

function interrupted({ key }: FinishedObject, { maybeStored }: RetryState): PutFailure {
  const error = new AuditExportError('interrupted', `${key} was not stored: the run was stopped before.`);
  return new PutFailure(error, { cause: 'final', maybeStored });
}
