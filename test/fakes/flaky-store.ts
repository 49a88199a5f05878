import { AuditExportError } from '../../src/errors.ts';
import type { Timer } from '../../src/ports/clock.ts';
import type { FinishedObject, ObjectStore, PutStatus } from '../../src/ports/store/object-store.ts';
import { PutFailure } from '../../src/ports/store/put-failure.ts';
import type { PutFailureCause } from '../../src/ports/store/put-failure.ts';

/** How a PUT fails; `stores`: the object is stored all the same. */
export interface Fate {
  cause: PutFailureCause;
  stores?: boolean;
  retryAfterMs?: number;
}

/** What a request meets: its key, the how manieth request of that key it is (from 1), and of all. */
export interface Request {
  key: string;
  ofKey: number;
  ofAll: number;
  nowMs: number;
}

/** The failure of a PUT, as a store throws it. Only what may have been stored without our knowing may be said to have been. */
export function putFailure({ cause, stores = false, retryAfterMs }: Fate): PutFailure {
  const shown = new AuditExportError('store-failed', `the store failed: ${cause}`, { cure: 'Wait.' });
  const maybeStored = stores || cause === 'no-answer' || cause === 'network';
  return new PutFailure(shown, {
    cause,
    maybeStored,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/**
 * A store in memory that fails as it is told, request by request. It never overwrites; a request takes `takesMs` of the
 * timer. Remembers each request, how often each key was stored, and the most requests that were under way together.
 */
export class FlakyStore implements ObjectStore {
  readonly location = 'flaky';
  readonly prefix = '';
  readonly requests: Request[] = [];
  readonly stored = new Map<string, number>();
  mostAtOnce = 0;
  atOnce = 0;
  readonly #requestsOf = new Map<string, number>();
  readonly #timer: Timer;
  readonly #fate: (request: Request) => Fate | undefined;
  readonly #takesMs: number;

  constructor(timer: Timer, fate: (request: Request) => Fate | undefined, takesMs = 0) {
    this.#timer = timer;
    this.#fate = fate;
    this.#takesMs = takesMs;
  }

  async put({ key }: FinishedObject): Promise<PutStatus> {
    const ofKey = (this.#requestsOf.get(key) ?? 0) + 1;
    this.#requestsOf.set(key, ofKey);
    const request = { key, ofKey, ofAll: this.requests.length + 1, nowMs: this.#timer.now() };
    this.requests.push(request);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    if (this.#takesMs > 0) await this.#timer.sleep(this.#takesMs, new AbortController().signal);
    this.atOnce--;
    const fate = this.#fate(request);
    if (fate !== undefined) {
      if (fate.stores === true) this.#store(key);
      throw putFailure(fate);
    }
    return this.#store(key);
  }

  async close(): Promise<void> {}

  #store(key: string): PutStatus {
    if (this.stored.has(key)) return 'already-there';
    this.stored.set(key, 1);
    return 'stored';
  }
}
