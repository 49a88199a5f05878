/** A place in a source: what the quarantine keeps of a line. */
export interface LinePlace {
  source: string;
  sourceHead: string;
  line: number;
  offset: number;
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
  /**
   * Opens it and yields its uncompressed bytes. A yielded buffer is good until the next one is asked for. Throws
   * `source-unreadable`, `source-unsupported` or `source-broken`, naming the source.
   */
  read: (onStoredBytes: (bytes: number) => void) => AsyncIterable<Buffer>;
}
