import type { RecordedRun } from './fold-runs.ts';
import type { RunOutcome } from '../../ports/state/run-history.ts';

/**
 * How a run stands. `running`: its process is there. `crashed`: it left no end, and its process is gone. `unknown`: it left
 * no end, and ran on another host, where nobody can look from here.
 */
export type RunState = RunOutcome | 'running' | 'crashed' | 'unknown';

/** A run with how it stands, and which attempt at its work it was. */
export interface JudgedRun extends RecordedRun {
  state: RunState;
  /** Counted from 1. */
  attempt: number;
}

/** Whether the process of a run is there; undefined where this machine can't know. */
export type LooksAlive = (run: Pick<RecordedRun, 'pid' | 'host' | 'startedAt'>) => boolean | undefined;

const endedWell = ['delivered', 'delivered-with-quarantine'] as const;
type EndedWell = (typeof endedWell)[number];

/** Whether the run delivered all that it read and could file. */
export function didEndWell(state: RunState): state is EndedWell {
  return (endedWell as readonly RunState[]).includes(state);
}

/**
 * Says how each run stands (oldest first, as they come). A run is attempt n if the n - 1 runs before it that were asked
 * the same (command, store, inputs) did not end well; after one that did, or while one is running, counting begins anew.
 */
export function judgeRuns(runs: readonly RecordedRun[], looksAlive: LooksAlive): JudgedRun[] {
  const failedBefore = new Map<string, number>();
  return runs.map((run, index) => {
    const state = stateOf(run, runs.slice(index + 1), looksAlive);
    const attempt = (failedBefore.get(run.work) ?? 0) + 1;
    failedBefore.set(run.work, didEndWell(state) || state === 'running' ? 0 : attempt);
    return { ...run, state, attempt };
  });
}

function stateOf(run: RecordedRun, later: readonly RecordedRun[], looksAlive: LooksAlive): RunState {
  if (run.end !== undefined) return run.end.outcome;
  // A process that begins a second run has ended the first; in containers every process may have the same number.
  if (later.some(({ pid, host }) => pid === run.pid && host === run.host)) return 'crashed';
  const alive = looksAlive(run);
  if (alive === undefined) return 'unknown';
  return alive ? 'running' : 'crashed';
}
