/** What one delivery has met. Its keys count as seen at once, and for later deliveries once it is committed. */
export interface SeenBatch {
  /**
   * Takes keys (16 bytes each, one after the other) and says for each, in order, whether it was seen before: in a delivery
   * that was committed, in one that is open, or earlier in this one. 1 is yes.
   */
  note: (keys: Uint8Array) => Uint8Array;
  /** Takes keys (as above) that are not committed as of the day of this delivery or a later one, seen before or not. */
  add: (keys: Uint8Array) => void;
  /**
   * Makes the new keys durable in one step, as of a day (counted from 1970): after a crash either all of them are there or
   * none. To be called when all events of the delivery are durable, and not before. Throws `state-not-written`.
   */
  commit: (day: number) => Promise<CommittedKeys>;
  /** Forgets the keys: the delivery did not come about. */
  abandon: () => Promise<void>;
}

export interface CommittedKeys {
  added: number;
  /** Keys that had to go before their time, because there were more than may be kept. */
  crowdedOut: number;
}

/** Remembers which events were delivered in the last days. */
export interface SeenEvents {
  /** Keys that are remembered. */
  readonly keys: number;
  /** For each of these keys, in order, the latest day as of which it was committed, and 1; 0 where it was not. */
  daysOf: (keys: Uint8Array) => Uint32Array;
  begin: () => SeenBatch;
  close: () => Promise<void>;
}
