/** What became of the lines of a run. Every line read is in exactly one of the other numbers. */
export type Balance = Record<
  | 'read'
  | 'delivered'
  | 'alreadyDelivered'
  | 'duplicate'
  | 'notSelected'
  | 'ignored'
  | 'quarantined'
  | 'blank'
  | 'undelivered',
  number
>;

/** What is known of a run when it begins. */
export interface RunBeginning {
  /** The words that call it: `push`, `quarantine replay`. */
  command: string;
  /** The destination in words: `s3://bucket/prefix`, with its endpoint unless that is of AWS, or a real path. */
  store: string;
  /** The inputs as given: their number is kept, and a hash of them that tells whether two runs were asked the same. */
  inputs: readonly string[];
  /** Epoch milliseconds. */
  startedMs: number;
}

/** What became of the lines of one audit type. Event times are ISO 8601, null where they are not known. */
export interface TypeFacts {
  delivered: number;
  alreadyDelivered: number;
  earliest: string | null;
  latest: string | null;
}

/** What a run has done so far. */
export interface RunProgress {
  balance: Balance;
  types: Readonly<Record<string, TypeFacts>>;
  objects: number;
  /** Uncompressed bytes of the objects, and bytes as stored. */
  bytes: number;
  compressedBytes: number;
  /** Requests made again, by cause. */
  retries: Readonly<Record<string, number>>;
}

export type RunOutcome =
  | 'delivered'
  | 'delivered-with-quarantine'
  | 'delivered-in-part'
  | 'interrupted'
  | 'failed';

/** What ended a run before its end: the code of the error, its message, which holds no secrets, and its cure. */
export interface RunReason {
  code: string;
  message: string;
  cure: string | null;
}

/** A field or version that the schema of a type does not know, and the line that would take it in. */
export interface UnknownInEvents {
  type: string;
  warning: string;
  lines: number;
  schemaLine: string;
}

/** How a run ended. */
export interface RunEnding extends RunProgress {
  /** What schemas do not know of the events; missing where that is nothing. */
  unknown?: UnknownInEvents[];
  /** Epoch milliseconds. */
  endedMs: number;
  outcome: RunOutcome;
  exitCode: number;
  reason: RunReason | null;
  /** What is to be known of it although nothing is wrong. */
  note?: string;
}

/** A run that has begun, to be told how far it came and how it ended. Nothing here throws. */
export interface OpenRun {
  readonly id: string;
  /** Says how far a run that lasts has come; a later mark stands for the earlier ones. */
  mark: (progress: RunProgress) => Promise<void>;
  end: (ending: RunEnding) => Promise<void>;
}

/** Keeps what runs did. A history that can't be kept must never fail a run: nothing here throws, one warning is given. */
export interface RunHistory {
  begin: (beginning: RunBeginning) => Promise<OpenRun>;
}

/** Reads what was kept. */
export interface RunHistoryBook {
  /** The lines, oldest first; none where there is no history. Throws where there is one that can't be read. */
  lines: () => Promise<string[]>;
}
