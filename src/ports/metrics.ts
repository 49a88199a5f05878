/** Something to count or to show: by the name of a metric in core's table, with the labels that it has there. */
export interface MetricFact {
  readonly metric: string;
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** Where facts go that somebody watches: a file, a port, both. */
export interface Metrics {
  /** Takes a fact: cheap, and never fails. */
  observe: (fact: MetricFact) => void;
  /** Brings the last state out and stops. Never throws: whoever is only watched must not fail by it. */
  close: () => Promise<void>;
}
