import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import type { FinishedObject, ObjectStore, PutStatus } from '../../src/ports/store/object-store.ts';

/** What the store does, by the number of the put (from 0). */
export interface StoreScript {
  /** Milliseconds a put takes; 0 still lets others run first. */
  delayMs?: (put: number) => number;
  /** What a put fails with, if anything; the object is not kept. */
  failure?: (put: number) => Error | undefined;
}

/**
 * A store in memory. A key that is taken is never overwritten and answers `already-there`, also when two puts of one key
 * are under way at once: the first to end wins. It delays and fails by its script, and remembers the most puts and bytes
 * that were under way together.
 */
export class MemoryStore implements ObjectStore {
  readonly location = 'memory';
  readonly prefix: string;
  readonly objects = new Map<string, Buffer>();
  puts = 0;
  mostAtOnce = 0;
  mostBytesAtOnce = 0;
  closed = false;
  readonly #script: StoreScript;
  #atOnce = 0;
  #bytesAtOnce = 0;

  constructor(script: StoreScript = {}, prefix = '') {
    this.#script = script;
    this.prefix = prefix;
  }

  async put({ key, body }: FinishedObject): Promise<PutStatus> {
    const put = this.puts++;
    this.#atOnce++;
    this.#bytesAtOnce += body.length;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
    this.mostBytesAtOnce = Math.max(this.mostBytesAtOnce, this.#bytesAtOnce);
    try {
      const delayMs = this.#script.delayMs?.(put) ?? 0;
      await (delayMs > 0 ? wait(delayMs) : turn());
      const failure = this.#script.failure?.(put);
      if (failure !== undefined) throw failure;
      if (this.objects.has(key)) return 'already-there';
      this.objects.set(key, Buffer.from(body));
      return 'stored';
    } finally {
      this.#atOnce--;
      this.#bytesAtOnce -= body.length;
    }
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}
