import { parseDuration } from '../../core/language/duration.ts';
import { judgeSilence } from '../../core/runs/expectation.ts';
import type { KnownType } from '../../core/runs/fold-runs.ts';
import type { JudgedRun } from '../../core/runs/run-states.ts';
import type { TypeStatus } from './status-report.ts';

/** What is known, and what is expected, of each audit type, by name. */
export function typeRows(
  types: ReadonlyMap<string, KnownType>,
  runs: readonly JudgedRun[],
  { expect, nowMs }: { expect: Readonly<Record<string, string>>; nowMs: number },
): TypeStatus[] {
  const names = [...new Set([...types.keys(), ...Object.keys(expect)])].sort();
  return names.map((type) => {
    const { latestMs, longestMs } = types.get(type) ?? {};
    const ageMs = latestMs === undefined ? undefined : Math.max(0, nowMs - latestMs);
    const expectedMs = parseDuration(expect[type] ?? '');
    return {
      type,
      latest: latestMs === undefined ? null : new Date(latestMs).toISOString(),
      lagSeconds: ageMs === undefined ? null : ageMs / 1000,
      deliveryLagSeconds: latestMs === undefined ? null : deliveryLag(type, latestMs, runs),
      silence: judgeSilence({ ageMs, longestMs, expectedMs }),
    };
  });
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
