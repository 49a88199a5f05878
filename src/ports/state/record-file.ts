/** Records that survive the end of the process, in a file that one process at a time owns, with segments of lines beside it. */
export interface RecordFile<T> extends Segments {
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

/** Lines that are too many to be held in memory. Records name the segments that count. */
export interface Segments {
  /** Puts lines (without line ends) into a segment, durable when the promise resolves, and gives its name. Throws as `append` does. */
  putSegment: (lines: readonly string[]) => Promise<string>;
  /** The lines of a segment. Throws where they are not there as they were put. */
  readSegment: (name: string) => Promise<string[]>;
  /** Removes all segments but these, as far as no later owner has put them. */
  keepSegments: (names: readonly string[]) => Promise<void>;
}
