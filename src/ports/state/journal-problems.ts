/** What a journal knows to be missing, or not readable, until it is found or dismissed. */
export interface JournalProblem {
  /** Names it for `status --dismiss`; the same as long as the problem lasts. */
  id: string;
  source: string;
  /** ISO 8601. */
  since: string;
  message: string;
}

/** The problems of the journals of destinations. */
export interface JournalProblems {
  /** Throws where there is a journal that can't be read. */
  list: () => Promise<JournalProblem[]>;
  /** Forgets these problems. Throws `state-not-written`. */
  dismiss: (ids: readonly string[]) => Promise<void>;
}
