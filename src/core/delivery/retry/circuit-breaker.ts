import type { PutFailure, PutFailureCause } from '../../../ports/store/put-failure.ts';
import { retryRules } from './retry-rules.ts';

/** A time in which the store takes nothing. */
export interface Outage {
  cause: PutFailureCause;
  /** The failure that made it one. */
  error: PutFailure;
  /** When its first failure was, in milliseconds since 1970. */
  sinceMs: number;
}

export interface BreakerEvents {
  onOutage: (outage: Outage) => void;
  onRecovery: (recovery: { lastedMs: number }) => void;
}

interface Waiter {
  who: object;
  proceed: () => void;
}

/**
 * Shared by all PUTs to a store. Failures in a row open it: from then on one PUT alone, the probe, is tried again and
 * again, and all others wait. The first success closes it.
 */
export class CircuitBreaker {
  readonly #events: BreakerEvents;
  #failures = 0;
  #sinceMs = 0;
  #outage: Outage | undefined;
  #probe: object | undefined;
  #waiting: Waiter[] = [];

  constructor(events: BreakerEvents) {
    this.#events = events;
  }

  /** The outage that it is open for. */
  get outage(): Outage | undefined {
    return this.#outage;
  }

  /** Whether `who` may go on just now. */
  lets(who: object): boolean {
    return this.#outage === undefined || this.#probe === who;
  }

  /** Waits until `who` may go on, as one of many or as the probe; or until the signal is aborted. */
  async pass(who: object, signal: AbortSignal): Promise<void> {
    if (this.#outage !== undefined) this.#probe ??= who;
    if (this.lets(who) || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const waiter: Waiter = { who, proceed: resolve };
      const stop = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== waiter);
        resolve();
      };
      waiter.proceed = () => {
        signal.removeEventListener('abort', stop);
        resolve();
      };
      signal.addEventListener('abort', stop, { once: true });
      this.#waiting.push(waiter);
    });
  }

  /** `who` is done, well or not: were it the probe, another takes over. */
  leave(who: object): void {
    if (this.#probe !== who) return;
    const next = this.#waiting.shift();
    this.#probe = next?.who;
    next?.proceed();
  }

  noteSuccess(nowMs: number): void {
    this.#failures = 0;
    if (this.#outage === undefined) return;
    const { sinceMs } = this.#outage;
    this.#outage = undefined;
    this.#probe = undefined;
    for (const { proceed } of this.#waiting.splice(0)) proceed();
    this.#events.onRecovery({ lastedMs: nowMs - sinceMs });
  }

  noteFailure(error: PutFailure, nowMs: number): void {
    const { cause } = error.trouble;
    const limit = cause === 'final' ? undefined : retryRules[cause].outage;
    if (limit === undefined) return;
    if (this.#failures++ === 0) this.#sinceMs = nowMs;
    if (this.#outage !== undefined) return;
    if (this.#failures < limit.failures || nowMs - this.#sinceMs < limit.lastingMs) return;
    this.#outage = { cause, error, sinceMs: this.#sinceMs };
    this.#events.onOutage(this.#outage);
  }
}
