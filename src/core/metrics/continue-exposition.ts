import type { Family, Sample } from './exposition.ts';
import { seriesKey } from './exposition.ts';
import type { MetricRow } from './metric-table.ts';
import { metricTable } from './metric-table.ts';

const lastingNames = new Set(
  Object.values<MetricRow>(metricTable)
    .filter(({ lasting }) => lasting === true)
    .map(({ name }) => name),
);

/**
 * The metrics of a process that goes on where the file of an earlier one ended: counters and histograms go on growing, so
 * that `increase()` is right over runs that each live for a minute; lasting gauges stay until there is a new value. All else
 * is of this process alone.
 */
export function continueExposition(before: readonly Family[], now: readonly Family[]): Family[] {
  const earlier = new Map(before.map((family) => [family.name, family]));
  return now.map((family) => {
    const known = earlier.get(family.name);
    if (known === undefined || known.type !== family.type) return family;
    const keeps = family.type === 'gauge' ? lastingNames.has(family.name) : sameBuckets(known, family);
    if (!keeps) return family;
    return { ...family, samples: joinSamples(known.samples, family.samples, family.type !== 'gauge') };
  });
}

function joinSamples(before: readonly Sample[], now: readonly Sample[], adds: boolean): Sample[] {
  const joined = new Map(before.map((sample) => [seriesKey(sample), sample]));
  for (const sample of now) {
    const key = seriesKey(sample);
    const value = sample.value + (adds ? (joined.get(key)?.value ?? 0) : 0);
    joined.set(key, { ...sample, value });
  }
  return [...joined.values()];
}

/** Counts in buckets of other bounds can't be added. A counter has no buckets; neither has what nobody has observed yet. */
function sameBuckets(before: Family, now: Family): boolean {
  const [one, other] = [boundsOf(before), boundsOf(now)];
  return one === '' || other === '' || one === other;
}

function boundsOf({ samples }: Family): string {
  const bounds = samples.flatMap(({ labels }) =>
    labels.filter(([name]) => name === 'le').map(([, bound]) => bound),
  );
  return [...new Set(bounds)]
    .toSorted((a, b) => Number(a.replace('+Inf', 'Infinity')) - Number(b.replace('+Inf', 'Infinity')))
    .join(' ');
}
