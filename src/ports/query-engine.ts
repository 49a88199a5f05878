import type { Upkeep } from './aws/table-catalogue.ts';

/** What a query came to. */
export interface QueryAnswer {
  /** The engine's own id of it. */
  id: string;
  columns: string[];
  /** Cells as the engine prints them; null is null. */
  rows: (string | null)[][];
  scannedBytes: number;
  milliseconds: number;
}

/** An engine that runs SQL elsewhere, and is waited for. */
export interface QueryEngine {
  /** Runs one statement to its end. Throws `query-failed` with the engine's reason. */
  run: (sql: string, database: string, signal: AbortSignal) => Promise<QueryAnswer>;
  /** Keeps a query under its name, for people to find. */
  save: (query: { name: string; description: string; sql: string }, database: string) => Promise<Upkeep>;
  close: () => Promise<void>;
}
