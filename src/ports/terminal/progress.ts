/** How far a run has come. */
export interface ProgressSnapshot {
  /** Bytes of the sources read, as stored; and of how many, where all sizes are known. */
  storedBytes: number;
  totalStoredBytes: number | undefined;
  lines: number;
  quarantined: number;
  /** Partitions with an object open, and objects delivered. */
  openPartitions: number;
  objects: number;
}

/** Shows how far a run has come, as often as it sees fit. */
export interface Progress {
  update: (snapshot: ProgressSnapshot) => void;
  /** Clears what was shown; the report follows. */
  end: () => void;
}
