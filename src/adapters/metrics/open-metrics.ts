import type { MetricKey } from '../../core/metrics/metric-table.ts';
import { AuditExportError } from '../../errors.ts';
import type { Log } from '../../ports/terminal/log.ts';
import type { MetricFact, Metrics } from '../../ports/metrics.ts';
import { openMetricsFile } from './metrics-file.ts';
import type { MetricsFile } from './metrics-file.ts';
import type { MetricsServer } from './metrics-server.ts';
import { startMetricsServer } from './metrics-server.ts';
import { PrometheusRegistry } from './prometheus-registry.ts';

/** Where metrics are shown, and whose they are. */
export interface MetricsSettings {
  file: string | undefined;
  port: number | undefined;
  host: string;
  profile: string | undefined;
  version: string;
  log: Log;
  /** Milliseconds between two writings of the file; 15 s, as Prometheus' usual interval, if not said. */
  writeEveryMs?: number;
}

const highestPort = 65_535;

/**
 * Opens the file and the port that were asked for. Throws `usage` and `port-in-use` for what can't be right from the start;
 * later troubles are told once and leave the run alone.
 */
export async function openMetrics(settings: MetricsSettings): Promise<Metrics & { url: string | undefined }> {
  const { file, port, host, profile, version, log } = settings;
  if (port !== undefined && port > highestPort)
    throw new AuditExportError('usage', `--metrics-port: ${port} is no port.`, {
      cure: `A port is a number from 0 to ${highestPort}; 0 is a free one.`,
    });
  const registry = new PrometheusRegistry(profile ?? 'default');
  registry.take({ metric: 'buildInfo', value: 1, labels: { version, node_version: process.versions.node } });
  const readiness = new Readiness();
  const writer = file === undefined ? undefined : new FileWriter(await openMetricsFile(file), registry, log);
  const server =
    port === undefined
      ? undefined
      : await startMetricsServer(
          {
            metrics: async () => ({ contentType: registry.contentType, text: await registry.text() }),
            notReady: () => readiness.notReady,
          },
          { host, port },
        );
  if (server !== undefined) log.note('metrics', `Metrics are at ${server.url}/metrics.`, { url: server.url });
  writer?.start(settings.writeEveryMs ?? 15_000);
  let closing: Promise<unknown> | undefined;
  return {
    url: server?.url,
    observe: (fact) => {
      registry.take(fact);
      readiness.take(fact);
    },
    close: async () => {
      closing ??= Promise.all([writer?.stop(), closeServer(server)]);
      await closing;
    },
  };
}

async function closeServer(server: MetricsServer | undefined): Promise<void> {
  await server?.close();
}

/** Ready is a run that has begun and is in no outage. */
class Readiness {
  notReady: string | undefined = 'not started';

  take({ metric, value }: MetricFact): void {
    if (metric === ('lastRunStart' satisfies MetricKey)) this.notReady = undefined;
    if (metric === ('outage' satisfies MetricKey))
      this.notReady = value === 0 ? undefined : 'outage: the store takes nothing';
  }
}

/** Writes the file now and then, one writing after the other. */
class FileWriter {
  readonly #file: MetricsFile;
  readonly #registry: PrometheusRegistry;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #toldOfFailure = false;

  constructor(file: MetricsFile, registry: PrometheusRegistry, log: Log) {
    this.#file = file;
    this.#registry = registry;
    this.#log = log;
  }

  start(everyMs: number): void {
    this.#timer = setInterval(() => {
      this.#writing ??= this.#write();
    }, everyMs).unref();
  }

  /** Writes the last state. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
    await this.#write();
  }

  async #write(): Promise<void> {
    try {
      await this.#file.write(await this.#registry.text());
    } catch (error) {
      this.#tell(error as Error);
    }
    this.#writing = undefined;
  }

  #tell({ message }: Error): void {
    if (this.#toldOfFailure) return;
    this.#toldOfFailure = true;
    const { path } = this.#file;
    this.#log.warn(
      'metrics-not-written',
      `The metrics can't be written to ${path}: ${message}. Delivery goes on; check the folder after --metrics-file.`,
      { file: path },
    );
  }
}
