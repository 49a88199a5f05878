/** A place in a source: what the quarantine keeps of a line. */
export interface LinePlace {
  source: string;
  sourceHead: string;
  line: number;
  offset: number;
}

/**
 * A regular file as it was when it was looked at, as the catalogue looks at it to know it again: what was written to it since
 * is not of this look.
 */
export interface SourceFile {
  /** Absolute path, and the same with all links followed. */
  path: string;
  real: string;
  /** `device:inode`. */
  inode: string;
  /** Its size when it was opened as a source. */
  storedBytes: number;
  /** When it was last written (epoch milliseconds): says whether it is worth a look, never which file it is. */
  modifiedMs: number;
  /** Said of one that is held open and stands among the inputs no more: it was renamed or deleted. */
  isAway?: true;
  /** Its stored bytes from `start` to (not including) `end`; fewer where it ends before. Throws `source-unreadable`, and
   * `source-moved` where another file stands in its place. */
  bytes: (start: number, end: number) => Promise<Buffer>;
  isCompressed: () => Promise<boolean>;
  /** Whether it still stands where it was looked at, and nothing was cut off it since. */
  stands: () => Promise<boolean>;
  /** Whether bytes came to it since it was looked at. */
  grew: () => Promise<boolean>;
}

/** Stored bytes of a file: from `start` to (not including) `end`. */
export interface StoredRange {
  start: number;
  end: number;
  /**
   * Whether the file is still the one that is meant, by its bytes. Asked of the open file, whatever its name is now, when
   * bytes of it were read and before they are passed on: a log may be cut and written anew at any time.
   */
  isSame?: (bytes: SourceFile['bytes']) => Promise<boolean>;
  /** At most so many are read at a time: less work where only the beginning is wanted. */
  blockBytes?: number;
}

/** Where lines come from: a file, a pipe, an object. */
export interface Source {
  /** How reports and the quarantine name it: the path as given, or `stdin`. */
  name: string;
  /** Size as stored, in bytes, where it is known beforehand. */
  storedBytes: number | undefined;
  /** Said where it is known: then the source is not looked at to find out. */
  format?: 'lines';
  /** Where a line (counted from 1) first stood, for lines that come a second time. Asked for in rising order. */
  placeOf?: (line: number) => LinePlace | undefined;
  /** Said where it is known beforehand that it can't be read: reading it throws why. */
  isUnreadable?: true;
  /** Said of regular files: by this the catalogue knows whether it was read before. */
  file?: SourceFile;
  /** Said of an object of a bucket: which content of it is meant. */
  object?: { etag: string; size: number };
  /**
   * Opens it and yields its uncompressed bytes; a file's as they were when it was looked at. A yielded buffer is good until the next one is asked for. With a range,
   * which only a file takes, these stored bytes as they are, not uncompressed unless the range begins at 0. Throws
   * `source-unreadable`, `source-unsupported`, `source-broken` or, where a range is not there any more or other bytes are,
   * `source-moved`, naming the source.
   */
  read: (onStoredBytes: (bytes: number) => void, range?: StoredRange) => AsyncIterable<Buffer>;
}

/**
 * How a source holds its events: one a line, or as one JSON array, or as objects printed over several lines, or as objects one
 * behind the other on a line, or in arrays within documents that are no events themselves.
 */
export type SourceFormat = 'lines' | 'array' | 'objects' | 'concatenated' | 'envelope';
