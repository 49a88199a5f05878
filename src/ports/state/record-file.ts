/** Records that survive the end of the process, in a file that one process at a time owns. */
export interface RecordFile<T> {
  /** What was there when it was opened. */
  readonly records: readonly T[];
  /** Bytes of all records. */
  readonly bytes: number;
  /** Adds a record: as a whole or not at all, and durable when the promise resolves. Throws where it can't be kept. */
  append: (record: T) => Promise<void>;
  /** Puts these records in the place of all, at once. Throws as `append` does, and then all is as before. */
  rewrite: (records: readonly T[]) => Promise<void>;
  close: () => Promise<void>;
}
