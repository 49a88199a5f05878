import type { MetricFact } from './metric-table.ts';

/** Turns totals that only grow into what they have grown by, which is what counters take. */
export class Increments {
  readonly #totals = new Map<string, number>();

  /** Of the totals so far, those that have grown since the last call, by how much. */
  *since(totals: Iterable<MetricFact>): Generator<MetricFact> {
    for (const fact of totals) {
      const series = `${fact.metric} ${Object.values(fact.labels ?? {}).join('\u0000')}`;
      const grown = fact.value - (this.#totals.get(series) ?? 0);
      if (grown <= 0) continue;
      this.#totals.set(series, fact.value);
      yield { ...fact, value: grown };
    }
  }
}
