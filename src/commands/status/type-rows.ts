import type { KnownType } from '../../core/runs/fold-runs.ts';
import type { JudgedRun } from '../../core/runs/run-states.ts';
import { judgeSilence } from '../../core/runs/silence.ts';
import { hourOf } from '../../core/runs/spoken-hours.ts';
import type { TypeStatus } from './status-report.ts';

/** Instants in epoch milliseconds. */
interface Moments {
  heardMs: number | undefined;
  nowMs: number;
}

/** What is known of each audit type, by name. */
export function typeRows(
  types: ReadonlyMap<string, KnownType>,
  runs: readonly JudgedRun[],
  { heardMs, nowMs }: Moments,
): TypeStatus[] {
  return [...types]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, { latestMs, hours }]) => ({
      type,
      latest: new Date(latestMs).toISOString(),
      lagSeconds: Math.max(0, (nowMs - latestMs) / 1000),
      deliveryLagSeconds: deliveryLag(type, latestMs, runs),
      silence: silenceOf(hours, heardMs),
    }));
}

/** Of the first run that brought the latest event: later ones may have met it again. */
function deliveryLag(type: string, latestMs: number, runs: readonly JudgedRun[]): number | null {
  for (const { end, mark } of runs) {
    const done = end ?? mark;
    if (done === undefined || Date.parse(done.types[type]?.latest ?? '') !== latestMs) continue;
    const deliveredAt = done.record === 'end' ? done.endedAt : done.at;
    return Math.max(0, (Date.parse(deliveredAt) - latestMs) / 1000);
  }
  return null;
}

function silenceOf(hours: readonly number[], heardMs: number | undefined): TypeStatus['silence'] {
  if (heardMs === undefined)
    return { state: 'not-known', quietHours: null, longestQuietHours: null, limitHours: null };
  return judgeSilence(hours, hourOf(heardMs));
}
