import type { MetricFact } from '../core/metrics/metric-table.ts';

/** Where facts go that somebody watches: a file, a port, both. */
export interface Metrics {
  /** Takes a fact: cheap, and never fails. */
  observe: (fact: MetricFact) => void;
  /** Brings the last state out and stops. Never throws: whoever is only watched must not fail by it. */
  close: () => Promise<void>;
}
