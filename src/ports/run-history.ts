import type { RunBeginning, RunEnding, RunProgress } from '../core/runs/run-record.ts';

/** A run that has begun, to be told how far it came and how it ended. Nothing here throws. */
export interface OpenRun {
  readonly id: string;
  /** Says how far a run that lasts has come; a later mark stands for the earlier ones. */
  mark: (progress: RunProgress) => Promise<void>;
  end: (ending: RunEnding) => Promise<void>;
}

/** Keeps what runs did. A history that can't be kept must never fail a run: nothing here throws, one warning is given. */
export interface RunHistory {
  begin: (beginning: RunBeginning) => Promise<OpenRun>;
}

/** Reads what was kept. */
export interface RunHistoryBook {
  /** The lines, oldest first; none where there is no history. Throws where there is one that can't be read. */
  lines: () => Promise<string[]>;
}
