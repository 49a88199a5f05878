import type { JudgedRun } from './run-states.ts';
import { didEndWell } from './run-states.ts';

/** Runs whose lag is looked at. */
const latestRuns = 50;

/** Commands that read what was there long ago, and hear nothing new. */
const deaf: ReadonlySet<string> = new Set(['quarantine replay']);

/**
 * The instant (epoch ms) up to which the sources have been read, as far as the runs (oldest first) tell; undefined where
 * they tell nothing. Of a run that lasts it is its last mark; of a complete one its beginning less the usual lag: a job
 * that pushes yesterday's file every night has heard nothing of today.
 *
 * A run tells something if it reached the latest event known then, or if it found no event at all where runs of its job
 * did before. One that brought older events only reads an old file: it says nothing of how far sources have come.
 */
export function heardUntil(runs: readonly JudgedRun[]): number | undefined {
  const lags: number[] = [];
  const jobs = new Set<string>();
  let frontier = Number.NEGATIVE_INFINITY;
  let begun = Number.NEGATIVE_INFINITY;
  let marked = Number.NEGATIVE_INFINITY;
  for (const run of runs) {
    const { mark, end, job, startedAt } = run;
    if (deaf.has(run.command)) continue;
    if (mark !== undefined) {
      marked = Math.max(
        marked,
        Date.parse(didEndWell(run.state) && end !== undefined ? end.endedAt : mark.at),
      );
      continue;
    }
    if (end === undefined || !didEndWell(run.state)) continue;
    const startedMs = Date.parse(startedAt);
    const latest = latestOf(end.types);
    const tells = latest === Number.NEGATIVE_INFINITY ? jobs.has(job) : latest >= frontier;
    if (!tells) continue;
    begun = Math.max(begun, startedMs);
    if (latest <= frontier) continue;
    frontier = latest;
    jobs.add(job);
    lags.push(Math.max(0, startedMs - latest));
  }
  const heard = Math.max(marked, begun - medianOf(lags.slice(-latestRuns)));
  return heard === Number.NEGATIVE_INFINITY ? undefined : heard;
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}

function latestOf(types: Readonly<Record<string, { latest: string | null }>>): number {
  const times = Object.values(types).map(({ latest }) => Date.parse(latest ?? ''));
  return Math.max(Number.NEGATIVE_INFINITY, ...times.filter((ms) => !Number.isNaN(ms)));
}
