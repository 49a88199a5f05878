/** How far a collector has come. Times are nanoseconds since 1970 UTC, as text. */
export interface Checkpoint {
  readonly version: 1;
  /** The store that the records went to, as reports name it. */
  readonly store: string;
  /** Where the first run began: before it, nothing was read. */
  readonly fromNs: string;
  /** Queries that ended before it have been read. */
  readonly watermarkNs: string;
  /** From here on the ledger knows every query that was read. */
  readonly ledgerFromNs: string;
  /** Batches committed so far: the next one has the number after it. */
  readonly batches: number;
  /** The parts of the ledger, oldest first. */
  readonly ledger: readonly LedgerPart[];
}

/** The queries of one batch, in the ledger until the overlap has passed them. */
export interface LedgerPart {
  /** Number of the batch. */
  readonly batch: number;
  readonly queries: number;
  /** The queries of the part ended before it. */
  readonly untilNs: string;
}

/** A batch whose records are written, and which is committed once they are delivered. */
export interface BatchJournal {
  readonly version: 1;
  readonly batch: number;
  readonly kind: 'window' | 'late';
  readonly fromNs: string;
  readonly untilNs: string;
  readonly rows: number;
  readonly records: number;
  /** Bytes of the records, line ends included. */
  readonly bytes: number;
  /** What is true once the batch is delivered. */
  readonly checkpoint: Checkpoint;
}

/** A query that was read, and whether what it accessed was known then. */
export interface SeenQuery {
  readonly queryId: string;
  readonly endNs: string;
  readonly hasAccess: boolean;
}

/** Writes the records of a batch, and the queries that they are of. */
export interface BatchWriter {
  /** Lines of records, each with its line end. */
  addRecords: (text: string) => Promise<void>;
  addSeen: (queries: readonly SeenQuery[]) => Promise<void>;
  /** Makes both durable, and says how many bytes the records have. */
  finish: () => Promise<number>;
  /** Lets go of them: the batch will not be. */
  abandon: () => Promise<void>;
}

/**
 * What a collector knows from one run to the next. Each method is one step: done whole or not at all, and durable when
 * it comes back. Throws `state-not-written`, and `document-invalid` for what can't be read.
 */
export interface CollectState {
  /** Where it lies, for messages. */
  readonly location: string;
  readCheckpoint: () => Promise<Checkpoint | undefined>;
  /** The queries of a part of the ledger. */
  seen: (part: LedgerPart) => AsyncIterable<readonly SeenQuery[]>;
  readJournal: () => Promise<BatchJournal | undefined>;
  /** Begins the batch of this number; what an earlier try has left is overwritten. */
  beginBatch: (batch: number) => Promise<BatchWriter>;
  /** Writes the journal: from here on the batch is delivered, whatever happens. */
  saveJournal: (journal: BatchJournal) => Promise<void>;
  /** The records of a batch, byte for byte as they were written. */
  records: (journal: BatchJournal) => AsyncIterable<Buffer>;
  /** Takes a checkpoint for true. */
  saveCheckpoint: (checkpoint: Checkpoint) => Promise<void>;
  /** Removes the journal and the records that no checkpoint needs any more, and parts of the ledger that it does not name. */
  tidy: (checkpoint: Checkpoint) => Promise<void>;
}
