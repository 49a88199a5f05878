import type { EvidenceReport } from '../../../core/accounting/push-report.ts';
import type { BeginLeaf, Leaf } from '../../../core/log/leaf.ts';
import type { LogCosts } from '../../../core/log/write/log-store.ts';
import { logStoreOn } from '../../../core/log/write/log-store.ts';
import type { LogStore } from '../../../core/log/write/log-store.ts';
import type { Published } from '../../../core/log/write/log-writer.ts';
import { aliasObject } from '../../../core/log/write/log-objects.ts';
import type { LogWriter } from '../../../core/log/write/log-writer.ts';
import { beginLeaf, leavesOfRun } from '../../../core/log/write/run-leaves.ts';
import { shortestOf } from '../../../core/runs/expectation.ts';
import { defaultLimits } from '../../../core/delivery/limits.ts';
import type { PushResult } from '../../../core/push/push-sources.ts';
import { AuditExportError } from '../../../errors.ts';
import type { ObjectStore } from '../../../ports/store/object-store.ts';
import { PutFailure } from '../../../ports/store/put-failure.ts';
import { Announcer } from './announcer.ts';
import { LogTroubles } from './log-troubles.ts';
import type { LogHost, LogPlan, OpenLog } from './open-session-log.ts';
import { isFresh, openSessionLog } from './open-session-log.ts';
import { Outside } from './outside.ts';

/** The log waits for the store no longer than this: what it can't publish now it publishes another time. */
const usualPatience = { retryForMs: 10_000, tries: undefined };
/** A store that has just failed is asked once. */
const noPatience = { retryForMs: 0, tries: 1 };

/** A run that leaves are kept of. */
export interface LoggedRun {
  run: string;
  batch: string | undefined;
}

/**
 * The log of a session: keeps leaves of what it delivers and publishes them. Nothing of it ever fails a delivery: what went
 * wrong is told once, is in the report, and is caught up with by the next run.
 */
export class SessionLog {
  readonly #plan: LogPlan;
  readonly #host: LogHost;
  readonly #command: string;
  readonly #startedMs: number;
  readonly #costs: LogCosts = { requests: 0, bytes: 0 };
  #opening: Promise<OpenLog> | undefined;
  /** Whether it could not be opened when that was last tried. */
  #isRefused = false;
  readonly #troubles: LogTroubles;
  /** Since the last try to publish, leaves were kept. */
  #hasNews = false;
  #patience: { retryForMs: number; tries: number | undefined } = usualPatience;
  #isClosed = false;
  #runs = 0;
  readonly #announcer: Announcer;
  #triedMs: number;

  constructor(plan: LogPlan, host: LogHost, command: string) {
    this.#plan = plan;
    this.#host = host;
    this.#command = command;
    this.#troubles = new LogTroubles(host);
    this.#startedMs = host.clock.now();
    this.#triedMs = this.#startedMs;
    this.#announcer = new Announcer(
      host.clock,
      plan.options.evidenceInterval,
      async (store, announcement) => {
        const open = await this.#opening?.catch(() => undefined);
        await open?.writer.announce(this.#storeFor(store, noPatience), announcement);
      },
    );
  }

  /**
   * Notes that a run begins, before its first object is stored. `layout`: the template of its folders. Undefined where nothing
   * more is to be kept of it.
   */
  async begin(batch: string | undefined, layout: string): Promise<LoggedRun | undefined> {
    this.#runs++;
    // What kept it from being opened for the run before may be over.
    if (this.#isRefused) this.#opening = undefined;
    const { newId, clock } = this.#host;
    return this.#guarded(async ({ writer, tool }) => {
      if (batch !== undefined && writer.state.hasBatch(batch)) return undefined;
      const run = newId();
      this.#announcer.begin(run);
      const { profile } = this.#plan.place;
      await this.#keep(writer, [
        beginLeaf({
          run,
          ...(batch === undefined ? {} : { batch }),
          timeMs: clock.now(),
          tool,
          ...(profile === undefined ? {} : { profile: profile.name }),
          command: this.#command,
          layout,
          ...this.#expectation(),
        }),
      ]);
      return { run, batch };
    });
  }

  /** What its profile expects to come most often; what is published once an interval may be known that much later. */
  #expectation(): Pick<BeginLeaf, 'expect'> {
    const { expect = {}, evidenceInterval } = this.#plan.options;
    const shortest = shortestOf(expect);
    return shortest === undefined ? {} : { expect: Math.max(shortest, 2 * evidenceInterval) / 1000 };
  }

  /** Keeps what a run came to; durable when the promise resolves, before the journal says that its batch is done. */
  async end(
    { run, batch }: LoggedRun,
    result: PushResult,
    store: Pick<ObjectStore, 'prefix'>,
  ): Promise<void> {
    const nowMs = this.#host.clock.now();
    this.#announcer.end(run);
    await this.#guarded(async ({ writer }) => {
      const leaves = leavesOfRun(run, result, { prefix: store.prefix, nowMs });
      // A batch that did not end is done again, with the same id.
      await this.#keep(writer, leaves, result.ended === 'complete' ? batch : undefined);
    });
  }

  /** To be waited for before an object is stored: says in the store that a run is under way. */
  async announce(store: ObjectStore): Promise<void> {
    await this.#announcer.announce(store);
  }

  /** Publishes once an interval; what nothing happened in is said to be quiet. */
  async publishIfDue(store: ObjectStore): Promise<void> {
    const { evidenceInterval } = this.#plan.options;
    if (this.#host.clock.now() - this.#triedMs < evidenceInterval) return;
    await this.noteQuiet();
    await this.publish(store);
  }

  /** Keeps that nothing was delivered, where that has lasted for an interval. */
  async noteQuiet(): Promise<void> {
    const nowMs = this.#host.clock.now();
    await this.#guarded(async ({ writer, isKept }) => {
      const fromMs = writer.state.leafMs ?? this.#startedMs;
      if (!isKept || nowMs - fromMs < this.#plan.options.evidenceInterval) return;
      const iso = (ms: number): string => new Date(ms).toISOString();
      await this.#keep(writer, [{ kind: 'quiet', from: iso(fromMs), to: iso(nowMs) }]);
    });
  }

  /** Keeps leaves of somebody's own. Throws what keeping them fails with, and `busy` where another process has the log. */
  async add(leaves: readonly Leaf[]): Promise<void> {
    const { writer } = await this.#kept();
    await this.#keep(writer, leaves);
  }

  /**
   * Publishes all that is kept, shows the newest checkpoint to witnesses that may have missed it, and puts it under its alias.
   * Throws what fails, and `busy`.
   */
  async publishAll(store: ObjectStore): Promise<void> {
    const { writer } = await this.#kept();
    await this.#publishTo(store);
    const logStore = this.#storeFor(store);
    const outside = new Outside(this.#plan, this.#host, (error) => this.#troubles.tell(error, 'outside'));
    const note = await writer.cosignNewest(logStore, outside.cosigner);
    if (note !== undefined) await logStore.replace?.(aliasObject(writer.state.id, note));
  }

  /** Whether no run was begun. */
  get isIdle(): boolean {
    return this.#runs === 0;
  }

  /** Publishes all that is kept, where something is. */
  async publish(store: ObjectStore): Promise<void> {
    this.#triedMs = this.#host.clock.now();
    // A dry run has nothing to catch up with.
    if (this.#opening === undefined && this.#plan.dryRun) return;
    await this.#guarded(() => this.#publishTo(store));
  }

  /** Publishes the last that there is: a log that nobody goes on with is closed by its last leaf. `hasFailed`: the run has. */
  async finish(store: ObjectStore, hasFailed = false): Promise<void> {
    if (hasFailed) this.#patience = noPatience;
    this.#troubles.hasDeliveryFailed = hasFailed;
    await this.#guarded(async ({ writer, isKept }) => {
      if (isKept || this.#isClosed || isFresh(writer)) return;
      this.#isClosed = true;
      const time = new Date(this.#host.clock.now()).toISOString();
      await this.#keep(writer, [{ kind: 'close', time }]);
    });
    await this.publish(store);
  }

  /** Lets go of it. What is not published yet is, if it can be. */
  async close(store: ObjectStore): Promise<void> {
    if (this.#opening === undefined) return;
    if (this.#hasNews) await this.finish(store);
    await this.#guarded(({ writer }) => writer.close());
    this.#opening = undefined;
  }

  /** What the report says of it. */
  async report(): Promise<EvidenceReport> {
    const open = await this.#opening?.catch(() => undefined);
    const state = open === undefined || isFresh(open.writer) ? undefined : open.writer.state;
    return {
      log: state?.id ?? null,
      leaves: state?.edge.size ?? 0,
      unpublished: state?.unpublished ?? 0,
      putRequests: this.#costs.requests,
      bytes: this.#costs.bytes,
      problem: this.#troubles.last,
    };
  }

  async #publishTo(store: ObjectStore): Promise<void> {
    const open = await this.#open();
    this.#hasNews = false;
    if (isFresh(open.writer)) return;
    // What went wrong with others is told, and does not keep the log from being published.
    this.#troubles.forget();
    const logStore = this.#storeFor(store);
    const outside = new Outside(this.#plan, this.#host, (error) => this.#troubles.tell(error, 'outside'));
    let isNew = false;
    try {
      for await (const published of open.writer.publish(logStore, outside.cosigner)) {
        await this.#alias(open.writer, logStore, published);
        await outside.copy(open.writer);
        isNew = true;
      }
      if (isNew) await this.#announcer.published(store);
      // What another place has missed before.
      if (!isNew) await outside.copy(open.writer);
    } finally {
      await outside.close();
    }
  }

  #storeFor(store: ObjectStore, usual = this.#patience): LogStore {
    const { clock, random, signal, maxAttempts } = this.#host;
    const patience = { ...usual, tries: usual.tries ?? maxAttempts() };
    const retry = { patience, atOnce: defaultLimits.uploads, timer: clock, random, signal };
    return logStoreOn(store, retry, this.#costs);
  }

  /** Tries to open it once a run: a key that can't be reached is not waited for again and again. */
  async #open(): Promise<OpenLog> {
    this.#opening ??= openSessionLog(this.#plan, this.#host, this.#troubles);
    this.#isRefused = await this.#opening.then(
      () => false,
      () => true,
    );
    return this.#opening;
  }

  async #kept(): Promise<OpenLog> {
    const open = await this.#open();
    if (open.isKept) return open;
    throw new AuditExportError(
      'busy',
      'The log is being written by another process, or its state can not be kept.',
      {
        cure: 'Run it again when no push --follow is under way, as the user whose state it is.',
      },
    );
  }

  async #keep(writer: LogWriter, leaves: Iterable<Leaf>, batch?: string): Promise<void> {
    await writer.keep(leaves, batch);
    this.#hasNews = true;
  }

  /** The newest checkpoint under the name that other tools look for, where the store lets it be overwritten. */
  async #alias(writer: LogWriter, { replace }: LogStore, { id, note }: Published): Promise<void> {
    if (replace === undefined || writer.state.noAlias) return;
    try {
      await replace(aliasObject(id, note));
    } catch (error) {
      if (!(error instanceof PutFailure) || error.trouble.cause !== 'denied') throw error;
      await writer.noteNoAlias();
    }
  }

  async #guarded<T>(act: (open: OpenLog) => Promise<T>): Promise<T | undefined> {
    try {
      const open = await this.#open();
      return await act(open);
    } catch (error) {
      this.#troubles.tell(error);
      return undefined;
    }
  }
}
