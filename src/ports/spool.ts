/** A place in the spool. */
export interface Extent {
  segment: number;
  offset: number;
  length: number;
}

/** Disk that stands in for memory while more partitions are open than memory should hold. */
export interface Spool {
  /** Writes bytes and says where they are. Throws `spool-failed`. */
  write: (bytes: Buffer) => Promise<Extent>;
  /** Reads an extent into `into`, from its beginning. */
  read: (extent: Extent, into: Buffer) => Promise<void>;
  /** Says that an extent is no longer needed; its disk is given back once its neighbours are done too. */
  release: (extent: Extent) => void;
  close: () => Promise<void>;
}
