/** The time, in milliseconds since 1970. */
export interface Clock {
  now: () => number;
}

/** A clock that one can wait on. */
export interface Timer extends Clock {
  /** Waits so many milliseconds, or until the signal is aborted, whichever is first; never throws. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}
