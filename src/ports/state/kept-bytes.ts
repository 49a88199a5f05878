/** Bytes of one source that are kept whole and will not change any more. */
export interface KeptSegment {
  /** Never given twice, not even after all were removed. */
  name: string;
  source: string;
  bytes: number;
}

/** A segment that is being written. */
export interface KeptWriter {
  readonly bytes: number;
  /** Keeps the bytes whole, or throws `spool-failed` and keeps none of them, as when the disk is full. */
  append: (bytes: Buffer) => Promise<void>;
  /** Makes what was appended survive a power cut. Throws `spool-failed`. */
  sync: () => Promise<void>;
  /** Closes the segment, durable; undefined if there is nothing in it. May be called again where it throws `spool-failed`. */
  close: () => Promise<KeptSegment | undefined>;
  /** Throws the segment away. */
  abandon: () => Promise<void>;
}

/** Bytes that can't be read a second time, kept until they are delivered. What was appended survives a kill. */
export interface KeptBytes {
  /** Of all segments, those that are being written too. */
  readonly bytes: number;
  /** Closed segments in the order in which they were begun. */
  readonly segments: readonly KeptSegment[];
  /** Begins a segment. Throws `spool-failed`. */
  begin: (source: string) => Promise<KeptWriter>;
  /** The bytes of a closed segment, as often as one likes. Throws `spool-failed` where they are not all there. */
  read: (name: string) => AsyncIterable<Buffer>;
  /** Lets go of a closed segment; nothing happens if it is gone already. Throws `spool-failed`. */
  remove: (name: string) => Promise<void>;
  /** Closes the segments that are being written. Throws `spool-failed`. */
  close: () => Promise<void>;
}
