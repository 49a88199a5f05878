import type { Announcement } from '../../../core/log/write/log-writer.ts';
import type { ObjectStore } from '../../../ports/store/object-store.ts';
import type { Clock } from '../../../ports/clock.ts';

/** What could not be announced is tried again after that. */
const soonMs = 60_000;

/**
 * Says in the store that a run is under way, before it stores anything: who verifies the store meanwhile knows what is in flight.
 * Once between two publications of the log, and again before the time is up that was said.
 */
export class Announcer {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #put: (store: ObjectStore, announcement: Announcement) => Promise<void>;
  /** When runs began that are under way. */
  readonly #runs = new Map<string, number>();
  #last: { promise: Promise<void>; againMs: number } | undefined;

  /** `intervalMs`: how often the log is published; `put` publishes one. */
  constructor(
    clock: Clock,
    intervalMs: number,
    put: (store: ObjectStore, announcement: Announcement) => Promise<void>,
  ) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#put = put;
  }

  begin(run: string): void {
    this.#runs.set(run, this.#clock.now());
  }

  end(run: string): void {
    this.#runs.delete(run);
  }

  /** To be waited for before an object is stored. What it fails with fails the log as well, and is told when that is published. */
  async announce(store: ObjectStore): Promise<void> {
    const nowMs = this.#clock.now();
    if (this.#last === undefined || nowMs >= this.#last.againMs)
      this.#last = { promise: this.#announceNow(store, nowMs), againMs: nowMs + this.#intervalMs };
    await this.#last.promise;
  }

  /** What was published ends what was announced: runs that are under way still are announced once more. */
  async published(store: ObjectStore): Promise<void> {
    this.#last = undefined;
    if (this.#runs.size > 0) await this.announce(store);
  }

  async #announceNow(store: ObjectStore, nowMs: number): Promise<void> {
    const [oldest] = this.#runs;
    if (oldest === undefined) return;
    const [run, sinceMs] = oldest;
    try {
      await this.#put(store, { run, sinceMs, untilMs: nowMs + 2 * this.#intervalMs });
    } catch {
      if (this.#last !== undefined) this.#last.againMs = nowMs + soonMs;
    }
  }
}
