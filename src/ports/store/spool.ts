/** Disk that stands in for memory while more partitions are open than memory should hold. */
export interface Spool {
  /** Writes bytes and says at which position they are; positions of one write follow on each other. Throws `spool-failed`. */
  write: (bytes: Buffer) => Promise<number>;
  /** Fills `into` with the bytes that are at a position. */
  read: (position: number, into: Buffer) => Promise<void>;
  /** Says that bytes are no longer needed; their disk is given back once their neighbours are done too. */
  release: (position: number, bytes: number) => void;
  close: () => Promise<void>;
}
