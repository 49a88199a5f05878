import { PutFailure } from '../../../ports/store/put-failure.ts';
import type { PutFailureCause } from '../../../ports/store/put-failure.ts';

/** What one object has met with so far. */
export class RetryState {
  tries = 0;
  /** Whether an earlier try may have stored it although it failed. */
  maybeStored = false;
  /** When its trouble began: it failed, or had to wait for the end of an outage. */
  troubledSinceMs: number | undefined;
  #last: PutFailure | undefined;
  readonly #failures = new Map<PutFailureCause, number>();

  /** The latest failure; whether the object may be stored is said of all tries. */
  get last(): PutFailure | undefined {
    return this.#last;
  }

  noteFailure(failure: PutFailure, nowMs: number): void {
    const { cause, maybeStored } = failure.trouble;
    this.maybeStored ||= maybeStored;
    const isOfAll = maybeStored === this.maybeStored;
    this.#last = isOfAll ? failure : new PutFailure(failure, { ...failure.trouble, maybeStored: true });
    this.#failures.set(cause, this.failuresBy(cause) + 1);
    this.noteTrouble(nowMs);
  }

  noteTrouble(nowMs: number): void {
    this.troubledSinceMs ??= nowMs;
  }

  failuresBy(cause: PutFailureCause): number {
    return this.#failures.get(cause) ?? 0;
  }
}
