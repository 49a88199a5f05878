/** Rows of an answer: the names of the columns, then batches of rows, each cell as JSON knows it. */
export interface SqlAnswer {
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<readonly (readonly unknown[])[]>;
}

/** An engine that answers SQL over files on this machine. */
export interface SqlEngine {
  /** Runs statements that have no answer. */
  run: (statements: readonly string[]) => Promise<void>;
  /**
   * Takes away what a question has no business with: the network, files outside of these folders, and these settings. Runs before
   * the first question of a user's.
   */
  confine: (folders: readonly string[]) => Promise<void>;
  /** Throws `usage` with the engine's words where the question is wrong. */
  ask: (question: string) => Promise<SqlAnswer>;
  close: () => void;
}
