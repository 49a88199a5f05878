import type { Batch } from './batch.ts';
import type { KnownFile } from '../sources/known-file.ts';

/**
 * What the journal holds. `owner`: a process took it over. `begin` is durable before the first object of a batch is
 * stored, `done` when all of it is, and says where its sources stand; a batch of which bytes are nowhere is done as well,
 * without them. `cursor`: where sources stand although nothing was delivered.
 */
export type JournalRecord =
  | { kind: 'owner'; rules: string }
  | { kind: 'begin'; batch: Batch }
  | { kind: 'done'; id: string; standing: Standing }
  | { kind: 'cursor'; standing: Standing };

/** Where sources stand. */
export interface Standing {
  files?: readonly KnownFile[];
  /** Ids of files that are not known any more. */
  forgotten?: readonly string[];
  /** Where a source that is no file stands, by its name. */
  cursors?: Readonly<Record<string, unknown>>;
}

/** What the records of a journal come to. */
export interface JournalView {
  /** By their ids. */
  readonly files: ReadonlyMap<string, KnownFile>;
  /** Batches that were begun and are not done, by their ids. */
  readonly begun: ReadonlyMap<string, Batch>;
  /** Where sources that are no files stand, by their names. */
  readonly cursors: ReadonlyMap<string, unknown>;
  /** By which rules lines were delivered last; undefined in a new journal. */
  readonly rules: string | undefined;
}

/** What was begun and delivered to one destination. One process at a time owns it. */
export interface Journal {
  readonly state: JournalView;
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
