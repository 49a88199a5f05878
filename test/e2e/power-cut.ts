import type { BatchWriter, CollectState } from '../../src/ports/collect-state.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import type { SnowflakeSession } from '../../src/ports/snowflake.ts';

/** What a power cut throws. */
export class PowerCut extends Error {}

/**
 * Cuts the power at one step of a run: before the step is done, or right after it was. Steps are calls of the state, the
 * store and the session, in the order in which they come; whatever comes later fails as well, for the machine is off.
 */
export class PowerSwitch {
  /** Steps that the run has come to. */
  steps = 0;
  readonly names: string[] = [];
  readonly #at: number;
  readonly #after: boolean;
  #off = false;

  /** The power goes off at step `at` (from 0); never, where it is not said. */
  constructor(at = Number.POSITIVE_INFINITY, after = false) {
    this.#at = at;
    this.#after = after;
  }

  get isOff(): boolean {
    return this.#off;
  }

  async step<T>(name: string, work: () => Promise<T>): Promise<T> {
    if (this.#off) throw new PowerCut(name);
    const step = this.steps++;
    this.names.push(name);
    if (step === this.#at && !this.#after) this.#cut(name);
    const done = await work();
    if (step === this.#at) this.#cut(name);
    return done;
  }

  #cut(name: string): never {
    this.#off = true;
    throw new PowerCut(name);
  }

  state(inner: CollectState): CollectState {
    return {
      location: inner.location,
      readCheckpoint: () => this.step('read checkpoint', () => inner.readCheckpoint()),
      seen: (part) => inner.seen(part),
      readJournal: () => this.step('read journal', () => inner.readJournal()),
      beginBatch: async (batch) => {
        let writer: BatchWriter | undefined;
        try {
          return this.#writer(
            await this.step('begin batch', async () => (writer = await inner.beginBatch(batch))),
          );
        } catch (error) {
          // What is off has no files open.
          await writer?.abandon();
          throw error;
        }
      },
      saveJournal: (journal) => this.step('save journal', () => inner.saveJournal(journal)),
      records: (journal) => inner.records(journal),
      saveCheckpoint: (checkpoint) => this.step('save checkpoint', () => inner.saveCheckpoint(checkpoint)),
      tidy: (checkpoint) => this.step('tidy', () => inner.tidy(checkpoint)),
    };
  }

  #writer(inner: BatchWriter): BatchWriter {
    return {
      addRecords: (text) => this.step('add records', () => inner.addRecords(text)),
      addSeen: (queries) => this.step('add seen', () => inner.addSeen(queries)),
      finish: () => this.step('finish batch', () => inner.finish()),
      abandon: () => inner.abandon(),
    };
  }

  store(inner: ObjectStore): ObjectStore {
    return {
      location: inner.location,
      prefix: inner.prefix,
      put: (object) => this.step('put', () => inner.put(object)),
      close: () => inner.close(),
    };
  }

  session(inner: SnowflakeSession): SnowflakeSession {
    return {
      host: inner.host,
      account: inner.account,
      query: (statement) => this.step('query', () => inner.query(statement)),
      close: () => inner.close(),
    };
  }
}
