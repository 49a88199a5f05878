/** Shows how far something has come, as often as it sees fit. */
export interface TextProgress {
  /** The text is made only if it is shown. `facts` are for a log that keeps them beside it. */
  show: (text: (elapsedMs: number) => string, facts: Readonly<Record<string, unknown>>) => void;
  /** Clears what was shown; the result follows. */
  end: () => void;
}
