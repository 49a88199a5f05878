import { ChunkMemoryPool } from '../../../core/lines/chunk-memory.ts';
import { buildPushReport, endOf } from '../../../core/accounting/push-report.ts';
import type { PushReport, ReportEnd } from '../../../core/accounting/push-report.ts';
import { RunAccount } from '../../../core/accounting/run-account.ts';
import { ReportSum } from '../../../core/accounting/sum-reports.ts';
import type { AlertCounts, AlertWriter } from '../../../core/alerts/alert-writer.ts';
import { alertProblems } from '../../../core/alerts/alert-problems.ts';
import type { Cut } from '../../../ports/state/batch.ts';
import { buildCodec } from '../../../core/delivery/codec.ts';
import { defaultLimits } from '../../../core/delivery/limits.ts';
import type { RunMeter } from '../../../core/metrics/run-meter.ts';
import type { PushResult } from '../../../core/push/push-sources.ts';
import { pushSources } from '../../../core/push/push-sources.ts';
import type { SourcePart } from '../../../core/push/source-part.ts';
import { SourceAccount } from '../../../core/push/source-part.ts';
import { BoundedQuarantine } from '../../../core/quarantine/bounded-quarantine.ts';
import type { Quarantine } from '../../../ports/store/quarantine.ts';
import { EventTimes } from '../../../core/runs/event-times.ts';
import type { Classifier } from '../../../ports/classifier.ts';
import type { ObjectStore } from '../../../ports/store/object-store.ts';
import type { SeenEvents } from '../../../ports/state/seen-events.ts';
import { discardingQuarantine, planningStore } from '../plan/dry-run.ts';
import { SessionLog } from '../evidence/session-log.ts';
import { endOfSources } from './problems.ts';
import type { PushHost } from './push-host.ts';
import type { PushPlan } from '../plan/push-plan.ts';
import type { RunRecorder } from './recorded.ts';
import type { RunRules } from '../plan/run-rules.ts';
import { buildRunRules } from '../plan/run-rules.ts';
import { withRetries } from './with-retries.ts';

const chunkBytes = 512 * 1024;

/** Who watches what a session does. */
export interface Watch {
  meter: RunMeter;
  recorder: RunRecorder | undefined;
}

/** What is pushed at a time. */
export interface SessionJob {
  parts: readonly SourcePart[];
  /** How it is cut; that of the plan, unless it was begun with another. */
  cut: Cut;
  /** Id of the batch in the journal, if it has one. */
  batch?: string | undefined;
  /** Asked when all is read and before the last objects are delivered. */
  confirm?: (sources: readonly SourceAccount[]) => Promise<void>;
  /** The events that were seen in the last days, where none of them is to be delivered twice. */
  seen?: SeenEvents | undefined;
  signal?: AbortSignal;
}

export interface SessionOptions {
  plan: PushPlan;
  host: PushHost;
  watch: Watch;
  /** Aborted: stop reading, finish what is under way. */
  signal: AbortSignal;
  /** Sources and objects that the report lists one by one. */
  mostListed: number;
  /** Which command it is, as the log says it; `push` if missing. */
  command?: string;
  /** Those of the session before, to go on with. */
  books?: Books | undefined;
}

/** The sum of all jobs, and the requests and tries of all of them: the store serves them together. */
interface Books {
  sum: ReportSum;
  tries: RunAccount;
  /** The log of what is delivered; undefined where none is written. */
  log: SessionLog | undefined;
  alerts: AlertCounts;
}

interface OpenRules extends RunRules {
  classifier: Classifier;
}

/**
 * A process's way to one destination: what is dear to make is opened once, then pushed through as often as needed, with one
 * sum of the books.
 */
export class Session {
  readonly plan: PushPlan;
  readonly books: Books;
  readonly #chunks = new ChunkMemoryPool(chunkBytes);
  readonly #options: SessionOptions;
  readonly #store: ObjectStore;
  /** The store without patience: the log has its own. */
  readonly #plainStore: ObjectStore;
  #alerts: AlertWriter | undefined;
  readonly #rules = new Map<string, OpenRules>();

  private constructor(
    options: SessionOptions,
    stores: { store: ObjectStore; plain: ObjectStore },
    tries: RunAccount,
  ) {
    this.#options = options;
    this.plan = options.plan;
    this.#store = stores.store;
    this.#plainStore = stores.plain;
    const { plan, host, mostListed, books, command = commandOf(plan) } = options;
    const sum = books?.sum ?? new ReportSum(mostListed, { startedMs: host.clock.now(), ...this.#facts() });
    const log =
      books === undefined && plan.options.evidence === 'on'
        ? new SessionLog(plan, host, command)
        : books?.log;
    this.books = {
      sum,
      tries,
      log,
      alerts: books?.alerts ?? { stored: 0, alreadyThere: 0, failed: 0, failure: undefined },
    };
  }

  /** Throws what is wrong before anything is read: `usage`, `schema-invalid`, and what opening the store fails with. */
  static async open(options: SessionOptions): Promise<Session> {
    const { plan, host, watch, signal, books } = options;
    const rules = await buildRunRules(plan.cut, plan.eventKeys);
    const tries = books?.tries ?? new RunAccount([], host.clock.now());
    const plain = plan.dryRun
      ? planningStore(plan.address)
      : await host.openStore(plan.address, plan.storeSettings);
    const store = plan.dryRun
      ? plain
      : withRetries(
          plain,
          plan.patience,
          { ...host, signal },
          {
            account: tries,
            watch: {
              onOutage: () => watch.meter.outage(tries, true),
              onRecovery: () => watch.meter.outage(tries, false),
            },
          },
        );
    const session = new Session(options, { store, plain }, tries);
    session.#open(plan.cut, rules);
    await session.#openAlerts();
    return session;
  }

  async #openAlerts(): Promise<void> {
    const { alertRules: rules, cut } = this.plan;
    if (rules === undefined) return;
    const { openAlertWriter } = await import('../alerts.ts');
    const { now } = this.#options.host.clock;
    const counts = this.books.alerts;
    this.#alerts = await openAlertWriter({ rules, ownTypes: cut.ownTypes }, this.#store, { now, counts });
  }

  get sum(): ReportSum {
    return this.books.sum;
  }

  get location(): string {
    return this.#store.location;
  }

  /** Does one job: the whole way of the data. What ends it early, or single sources, is in the result and in the report of it. */
  async push(job: SessionJob): Promise<{ result: PushResult; report: PushReport }> {
    const { host, watch, plan } = this.#options;
    const { cut, parts, batch, confirm, seen, signal = this.#options.signal } = job;
    const { log } = this.books;
    const { rules, classifier } = await this.#rulesOf(cut);
    const startedMs = host.clock.now();
    const account = new RunAccount(rules.types, startedMs);
    const spool = host.openSpool();
    const run = await log?.begin(batch, cut.layout);
    try {
      const result = await pushSources(
        {
          parts,
          types: rules.types,
          scheme: rules.scheme,
          codec: buildCodec(cut.compression, plan.level),
          objectBytes: cut.objectBytes,
          maxLineBytes: cut.maxLineBytes,
          wrapping: cut.unwrap === 'none' ? undefined : cut.unwrap,
          envelopes: rules.envelopes,
          chunks: this.#chunks,
          limits: defaultLimits,
          confirm,
          hashes: run !== undefined,
          badLineLimit: plan.badLineLimit - this.sum.quarantined,
          account,
          times: watch.recorder?.times ?? new EventTimes(),
        },
        {
          classifier,
          store: run === undefined ? this.#store : this.#announced(this.#store, log),
          spool,
          quarantine: this.#openQuarantine(signal),
          progress: host.progress,
          meter: watch.meter,
          clock: host.clock,
          alerts: this.#alerts,
          seen,
          signal,
        },
      );
      if (run !== undefined) await log?.end(run, result, this.#store);
      const built = buildPushReport(result, { ...this.#facts(), startedMs, endedMs: host.clock.now() });
      const report = { ...built, ...endOf(endOfSources(result), built) };
      this.sum.add(report);
      return { result, report };
    } finally {
      watch.meter.left(account);
      await spool.close();
    }
  }

  /** Counts what earlier batches delivered of sources, by their names, and this session did not read. */
  addKnown(known: readonly { name: string; delivered: Readonly<Record<string, number>> }[]): void {
    const { host } = this.#options;
    const nowMs = host.clock.now();
    const account = new RunAccount([], nowMs);
    const sources = known.flatMap(({ name, delivered }): SourceAccount[] => {
      const lines = Object.values(delivered).reduce((total, count) => total + count, 0);
      if (lines === 0) return [];
      account.addKnown(delivered);
      return [Object.assign(new SourceAccount({ source: { name } }), { known: lines })];
    });
    const result = { account, sources, types: [], quarantineFile: undefined, error: undefined };
    this.sum.add(
      buildPushReport(
        { ...result, ended: 'complete' },
        { ...this.#facts(), startedMs: nowMs, endedMs: nowMs },
      ),
    );
  }

  /** Publishes the log of what was delivered: at once, or `ifDue` once an interval. */
  async publish({ ifDue }: { ifDue: boolean }): Promise<void> {
    const { log } = this.books;
    await (ifDue ? log?.publishIfDue(this.#plainStore) : log?.publish(this.#plainStore));
  }

  /** Publishes the log, and gives the report of all that was pushed, as one run that ended like this. */
  async finish(end: ReportEnd): Promise<PushReport> {
    const { log } = this.books;
    if (log === undefined) return this.#withMonth(this.report(end));
    const isQuiet = log.isIdle && end.ended === 'complete' && (end.problems ?? []).length === 0;
    if (isQuiet) await log.noteQuiet();
    await log.finish(this.#plainStore, end.ended === 'failed');
    const evidence = await log.report();
    return this.#withMonth({ ...this.report(end), evidence });
  }

  /** What is planned for a bucket is told with its price. */
  async #withMonth(report: PushReport): Promise<PushReport> {
    if (!report.dryRun || !report.store.startsWith('s3://')) return report;
    const { monthOf } = await import('../../../core/report/prices.ts');
    const month = monthOf(report);
    return month === undefined ? report : { ...report, month };
  }

  /** The report of all that was pushed, as one run that ended like this. */
  report(end: ReportEnd): PushReport {
    const { host, watch, plan } = this.#options;
    watch.meter.left(this.books.tries);
    const { stored, alreadyThere, failed } = this.books.alerts;
    const problems = [...(end.problems ?? []), ...alertProblems(this.books.alerts)];
    const report = this.sum.report({ ...end, problems }, host.clock.now());
    if (plan.dryRun) return report;
    return {
      ...report,
      ...(this.#alerts === undefined ? {} : { alerts: { stored, alreadyThere, failed } }),
      putRequests: this.books.tries.requests,
      retries: Object.fromEntries(this.books.tries.retries),
    };
  }

  async close(): Promise<void> {
    this.#options.host.progress.end();
    if (this.#options.books === undefined) await this.books.log?.close(this.#plainStore);
    const opened = [...this.#rules.values()].map(({ classifier }) => classifier);
    await Promise.all([...opened, this.#store].map((part) => part.close()));
  }

  /** The store, in which nothing is stored before it is said that a run is under way. */
  #announced(store: ObjectStore, log: SessionLog | undefined): ObjectStore {
    return {
      location: store.location,
      prefix: store.prefix,
      put: async (object) => {
        await log?.announce(this.#plainStore);
        return store.put(object);
      },
      close: () => store.close(),
    };
  }

  #openQuarantine(signal: AbortSignal): Quarantine {
    const { host, plan } = this.#options;
    const { quarantineFolder: folder, place, options, badLineLimit } = plan;
    if (plan.dryRun) return discardingQuarantine;
    const inner = host.openQuarantine(folder, place.destination);
    const bounds = { folder: folder ?? '', limit: options.quarantineSize, stops: badLineLimit !== Infinity };
    // Who only waits for room has nothing under way that would have to be finished.
    return new BoundedQuarantine(inner, bounds, { ...host, signal: AbortSignal.any([signal, host.signal]) });
  }

  #facts(): {
    store: string;
    profile: string | undefined;
    quarantineFolder: string | undefined;
    dryRun: boolean;
  } {
    const { place, quarantineFolder, dryRun } = this.plan;
    return { store: this.#store.location, profile: place.profile?.name, quarantineFolder, dryRun };
  }

  /** A batch that was begun with other settings is ended with them. */
  async #rulesOf(cut: Cut): Promise<OpenRules> {
    return (
      this.#rules.get(JSON.stringify(cut)) ?? this.#open(cut, await buildRunRules(cut, this.plan.eventKeys))
    );
  }

  #open(cut: Cut, rules: RunRules): OpenRules {
    const opened = {
      ...rules,
      classifier: this.#options.host.openClassifier(rules.rules, rules.settings, rules.ownTypes),
    };
    this.#rules.set(JSON.stringify(cut), opened);
    return opened;
  }
}

function commandOf({ options: { follow, fromSqs } }: PushPlan): string {
  if (fromSqs !== undefined) return 'push --from-sqs';
  return follow ? 'push --follow' : 'push';
}
