import { exitCodes, isAuditExportError } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { PushReport } from '../accounting/push-report.ts';
import type { DeliveredObject } from '../delivery/deliverer.ts';
import type { CountedBooks, SpoolLevel } from './facts-of-run.ts';
import {
  factsOfBegin,
  factsOfDelivery,
  factsOfEnd,
  factsOfSpool,
  totalsOfRun,
  unknownType,
} from './facts-of-run.ts';
import { Increments } from './increments.ts';
import type { MetricFact } from './metric-table.ts';

/**
 * Tells metrics what happens in a process: in one run, or in the many of one that works off a queue. The books of each run
 * say whose facts they are.
 */
export class RunMeter {
  readonly #metrics: Metrics;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #increments = new WeakMap<CountedBooks, Increments>();
  readonly #openPartitions = new Map<CountedBooks, number>();
  readonly #outages = new Set<CountedBooks>();
  readonly #newestMs = new Map<string, number>();

  constructor(metrics: Metrics, clock: Pick<Clock, 'now'>) {
    this.#metrics = metrics;
    this.#clock = clock;
  }

  begin(): void {
    this.#tell(factsOfBegin(this.#clock.now()));
  }

  /** Bytes read of a source, as stored. */
  read(bytes: number): void {
    this.#tell([{ metric: 'readBytes', value: bytes }]);
  }

  /** The books as they stand; for wherever progress is shown. */
  update(account: CountedBooks, openPartitions: number): void {
    const increments = this.#increments.get(account) ?? new Increments();
    this.#increments.set(account, increments);
    this.#tell(increments.since(totalsOfRun(account)));
    this.#openPartitions.set(account, openPartitions);
    this.#showOpenPartitions();
  }

  /** An object that the store has confirmed. */
  delivered(object: DeliveredObject, typeNames: readonly string[]): void {
    this.#tell(factsOfDelivery(object, typeNames, this.#clock.now()));
    if (object.status === 'planned') return;
    for (const index of object.linesByType.keys())
      this.#sawEvent(typeNames[index] ?? unknownType, object.latestMs);
  }

  /** The store has stopped taking anything from a run, or takes it again. */
  outage(account: CountedBooks, active: boolean): void {
    if (active) this.#outages.add(account);
    else this.#outages.delete(account);
    this.#tell([{ metric: 'outage', value: this.#outages.size > 0 ? 1 : 0 }]);
  }

  /** What waits on disk. */
  spool(level: SpoolLevel): void {
    this.#tell(factsOfSpool(level));
  }

  /** What a run of collect read: queries that touched an object, and of them those that left no record. */
  collected({ touching, leftOut }: { touching: number; leftOut: number }): void {
    this.#tell([
      { metric: 'touchingQueries', value: touching },
      { metric: 'leftOutQueries', value: leftOut },
    ]);
  }

  /** All that was read so far is durable. For what never ends, whenever that is so. */
  succeeded(): void {
    this.#tell([{ metric: 'lastSuccess', value: this.#clock.now() / 1000 }]);
  }

  /** A run has come to its end, whatever became of it: its books are closed. */
  left(account: CountedBooks): void {
    this.update(account, 0);
    this.#openPartitions.delete(account);
    if (this.#outages.has(account)) this.outage(account, false);
  }

  /** The process has come to its end. */
  end(report: Pick<PushReport, 'outcome' | 'exitCode'>): void {
    this.#tell(factsOfEnd(report, this.#clock.now()));
  }

  #showOpenPartitions(): void {
    let value = 0;
    for (const open of this.#openPartitions.values()) value += open;
    this.#tell([{ metric: 'openPartitions', value }]);
  }

  #sawEvent(type: string, timeMs: number): void {
    if (timeMs <= (this.#newestMs.get(type) ?? Number.NEGATIVE_INFINITY)) return;
    this.#newestMs.set(type, timeMs);
    this.#tell([{ metric: 'newestEvent', value: timeMs / 1000, labels: { type } }]);
  }

  #tell(facts: Iterable<MetricFact>): void {
    for (const fact of facts) this.#metrics.observe(fact);
  }
}

/**
 * Runs something from begin to end with a meter, and closes the metrics. What it throws is thrown, and counted as a run that
 * failed with the exit code that it leads to.
 */
export async function meterRun<R extends Pick<PushReport, 'outcome' | 'exitCode'>>(
  metrics: Metrics,
  clock: Pick<Clock, 'now'>,
  run: (meter: RunMeter) => Promise<R>,
): Promise<R> {
  const meter = new RunMeter(metrics, clock);
  meter.begin();
  try {
    const report = await run(meter);
    meter.end(report);
    return report;
  } catch (error) {
    meter.end({ outcome: 'failed', exitCode: isAuditExportError(error) ? error.exitCode : exitCodes.bug });
    throw error;
  } finally {
    await metrics.close();
  }
}
