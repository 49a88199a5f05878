import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { MetricRow } from '../../core/metrics/metric-table.ts';
import type { MetricFact } from '../../ports/metrics.ts';
import { metricTable } from '../../core/metrics/metric-table.ts';

type Take = (labels: Record<string, string>, value: number) => void;

/** The metrics of this process in prom-client's hands. A series appears with its first fact: nothing is shown that is not known. */
export class PrometheusRegistry {
  readonly #registry = new Registry();
  readonly #takers: ReadonlyMap<string, Take>;
  readonly #profile: string;

  /** All series bear `profile`: files of several profiles may be collected on one machine. */
  constructor(profile: string) {
    this.#profile = profile;
    this.#takers = new Map(
      Object.entries<MetricRow>(metricTable).map(([metric, row]) => [
        metric,
        buildMetric(this.#registry, row),
      ]),
    );
  }

  /** Counts or shows a fact. */
  take({ metric, value, labels }: MetricFact): void {
    const taker = this.#takers.get(metric);
    taker?.({ profile: this.#profile, ...labels }, value);
  }

  /** Everything in Prometheus' text format. */
  async text(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}

function buildMetric(registry: Registry, { name, type, help, labels, buckets }: MetricRow): Take {
  const settings = { name, help, labelNames: ['profile', ...labels], registers: [registry] };
  if (type === 'counter') {
    const counter = new Counter(settings);
    return (labels, value) => {
      counter.inc(labels, value);
    };
  }
  if (type === 'gauge') {
    const gauge = new Gauge(settings);
    return (labels, value) => {
      gauge.set(labels, value);
    };
  }
  const histogram = new Histogram({
    ...settings,
    ...(buckets === undefined ? {} : { buckets: [...buckets] }),
  });
  return (labels, value) => {
    histogram.observe(labels, value);
  };
}
