import type { JournalRecord, JournalState } from '../core/batches/journal-state.ts';
import type { Batch } from '../core/batches/batch.ts';

/** What was begun and delivered to one destination. One process at a time owns it. */
export interface Journal {
  readonly state: JournalState;
  /**
   * Adds a record; durable when the promise resolves, and applied to the state. A `begin` takes room for its `done` ahead,
   * so that a disk that fills up meanwhile can't keep it from being ended. Throws `state-not-written`, and `lock-lost`
   * where another process has taken over.
   */
  add: (record: JournalRecord) => Promise<void>;
  /** The batches that were delivered, oldest first, as far as they are kept. */
  history: () => AsyncIterable<Batch>;
  close: () => Promise<void>;
}
