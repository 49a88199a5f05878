import type { PushReport, ReportProblem } from '../../../core/accounting/push-report.ts';
import type { FilesPorts, FilesResult } from '../../../core/batches/deliver-files.ts';
import type { DeliveryProblem } from '../../../core/batches/delivery-problem.ts';
import { deliverFiles } from '../../../core/batches/deliver-files.ts';
import { pauseMs } from '../../../core/delivery/retry/back-off.ts';
import type { PushResult } from '../../../core/push/push-sources.ts';
import { AuditExportError } from '../../../errors.ts';
import type { FollowedInputs } from '../../../ports/sources/followed-inputs.ts';
import type { KeptBytes } from '../../../ports/state/kept-bytes.ts';
import type { SeenEvents } from '../../../ports/state/seen-events.ts';
import { Mutex } from '../plan/condition.ts';
import { FollowNotes } from './follow-notes.ts';
import { FollowProblems } from './follow-problems.ts';
import { InputWatch } from './input-watch.ts';
import type { LiveLine } from './live-line.ts';
import { BucketObjects } from '../sources/bucket-objects.ts';
import { segmentsOf, spoolCursor } from '../sources/kept-source.ts';
import { otherParts } from '../sources/other-parts.ts';
import type { Due } from './news.ts';
import { News } from './news.ts';
import { PipeIntake } from './pipe-intake.ts';
import { problemOf, sourceProblem } from '../session/problems.ts';
import type { HeldJournal, PushHost } from '../session/push-host.ts';
import type { PushPlan } from '../plan/push-plan.ts';
import { choicesOf, planPush } from '../plan/push-plan.ts';
import type { Session, SessionJob, Watch } from '../session/session.ts';
import { buildRunRules } from '../plan/run-rules.ts';
import type { KeptPart } from '../../../ports/state/batch.ts';

/** A batch that fails for a reason that the store's own patience does not cover is begun again, later and later. */
const backOff = { firstMs: 2000, mostMs: 60_000 };

export interface FollowerOptions {
  host: PushHost;
  live: LiveLine;
  watch: Watch;
  session: Session;
  held: HeldJournal;
  kept: KeptBytes;
  inputs: FollowedInputs;
  seen: SeenEvents | undefined;
  /** Aborted when there is no time left to deliver. */
  deadline: AbortController;
  openSession: (plan: PushPlan, books: Session['books']) => Promise<Session>;
}

/** One process that follows: a look at the inputs each second, and a batch whenever one is due, side by side. */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #notes: FollowNotes;
  readonly #intake: PipeIntake;
  readonly #news: News;
  readonly #watch: InputWatch;
  readonly #looking = new Mutex();
  readonly #problems = new FollowProblems();
  #session: Session;
  #nextPlan: PushPlan | undefined;
  /** Ends the attempt under way: there are new settings. */
  #attempt = new AbortController();
  #hasEnded = false;
  #failures = 0;
  #failure: unknown;
  #waiting: PushReport['waiting'] = [];

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#session = options.session;
    const { host, kept, session } = options;
    const { quiet, verbose, maxLine } = session.plan.options;
    const { log, clock } = host;
    this.#news = new News(clock);
    this.#notes = new FollowNotes({ log, clock, quiet, verbose, keptBytes: () => kept.bytes });
    this.#intake = new PipeIntake({
      kept,
      clock,
      log,
      mostBytes: () => this.#session.plan.options.spoolSize,
      longestLine: maxLine,
      unwrap: () => this.#session.plan.cut.unwrap,
      onKept: (bytes) => this.#news.add(bytes),
    });
    const { inputs, held } = options;
    this.#watch = new InputWatch({
      inputs,
      journal: held.journal,
      host,
      notes: this.#notes,
      news: this.#news,
      looking: this.#looking,
    });
  }

  async run(): Promise<PushReport> {
    const { host, inputs, kept, held, deadline, live } = this.#options;
    await this.#removeDelivered(kept, held);
    this.#notes.started(this.#session.plan.inputs);
    // Decisions about files count for the first batch: they must be known by then.
    if (inputs.hasFiles) await this.#watch.scan();
    const stopReloading = host.onReload(() => void this.#reload());
    const drained = new AbortController();
    void this.#awaitDeadline(drained.signal);
    void live.run(() => ({ oldestMs: this.#news.sinceMs, spoolBytes: kept.bytes }), drained.signal);
    const reading = Promise.all([
      this.#intake.run(inputs.pipes, host.signal, deadline.signal),
      inputs.hasFiles ? this.#watch.run(host.signal) : undefined,
    ])
      .catch((error: unknown) => {
        this.#failure = error;
      })
      .finally(() => {
        this.#hasEnded = true;
        this.#news.notify();
      });
    await Promise.all([reading, this.#deliverAll()]);
    drained.abort();
    stopReloading();
    return this.#report();
  }

  async close(): Promise<void> {
    if (this.#session !== this.#options.session) await this.#session.close();
  }

  /** What was delivered and not removed yet when the process before ended. */
  async #removeDelivered(kept: KeptBytes, { journal }: HeldJournal): Promise<void> {
    const delivered = journal.state.cursors.get(spoolCursor);
    if (!Array.isArray(delivered)) return;
    for (const segment of delivered) if (typeof segment === 'string') await kept.remove(segment);
  }

  async #deliverAll(): Promise<void> {
    const { deadline } = this.#options;
    while (!deadline.signal.aborted) {
      await this.#useNextPlan();
      await this.#session.publish({ ifDue: true });
      const isLast = this.#hasEnded;
      if (isLast || this.#news.isDue(this.#due)) {
        const isDone = await this.#attemptBatch();
        if (isDone && isLast) return;
      } else await this.#news.wait(this.#due, deadline.signal);
    }
  }

  get #due(): Due {
    const { options, cut } = this.#session.plan;
    return { flushMs: options.flushInterval, objectBytes: cut.objectBytes };
  }

  /** One try at all that is new; says whether all of it is durable. */
  async #attemptBatch(): Promise<boolean> {
    const { host, deadline } = this.#options;
    const isFlush = this.#hasEnded || this.#news.isFlushDue(this.#due);
    if (isFlush) this.#news.take();
    try {
      const result = await this.#deliver(isFlush);
      if (result.ended === 'complete') {
        this.#failures = 0;
        return true;
      }
      if (result.ended === 'failed') throw result.error;
    } catch (error) {
      if (isLost(error)) throw error;
      if (!deadline.signal.aborted && !this.#attempt.signal.aborted) {
        this.#failures++;
        if (this.#failures === 1) this.#notes.failed(error);
        // At least half of it: what fails at once must not fail all the time.
        const fraction = 0.5 + host.random.fraction() / 2;
        await host.clock.sleep(
          pauseMs(backOff, this.#failures, fraction),
          AbortSignal.any([deadline.signal, this.#attempt.signal]),
        );
        this.#nextPlan ??= this.#session.plan;
      }
    }
    this.#news.putBack();
    return false;
  }

  /** Delivers what files have; with `isFlush` what has come out of pipes as well, else only what an earlier process left of it. */
  async #deliver(isFlush: boolean): Promise<FilesResult> {
    const { host, held, inputs, kept, watch } = this.#options;
    const nowMs = host.clock.now();
    const isWhole = this.#news.isWholeDue;
    if (isFlush) await this.#intake.closeSegments();
    const taken = inputs.take(isWhole);
    const { plan } = this.#session;
    const choices = isWhole ? choicesOf(plan) : noChoices;
    const looked = new Set<string>();
    const list: FilesPorts['list'] = async () => {
      this.#problems.looking();
      const files = await taken.files();
      for (const { name, file } of files) for (const known of [name, file.path]) looked.add(known);
      return files;
    };
    const result = await deliverFiles(
      { cut: plan.cut, choices, isFinal: false, reread: false },
      this.#deliveryPorts(list),
    );
    if (result.ended === 'complete') {
      this.#problems.looked(looked);
      this.#noteWaiting(result, isWhole);
      await taken.settle(held.journal.state.files);
      if (isWhole) this.#news.looked(nowMs);
    }
    watch.meter.spool({ bytes: kept.bytes, oldestMs: this.#news.sinceMs });
    return result;
  }

  #deliveryPorts(list: FilesPorts['list']): FilesPorts {
    const { host, held, inputs } = this.#options;
    // What a push has begun of a bucket is ended, too.
    const other = otherParts(new BucketObjects(held.objects), held, host);
    return {
      journal: held.journal,
      files: inputs,
      list,
      ...other,
      more: async () => this.#fresh(),
      enter: () => this.#looking.enter(),
      newId: host.newId,
      now: host.clock.now,
      push: ({ id, cut }, parts, confirm) => this.#push({ parts, cut, batch: id, confirm }),
      isGiven: () => false,
      onUnreadable: ({ name }, error) => this.#tell(sourceProblem(name, error)),
      onProblem: (problem) => this.#tell(problemOf(problem, this.#session.plan), problem),
      onDone: async (batch) => {
        await other.onDone(batch);
        this.#intake.freed();
      },
    };
  }

  async #push(job: SessionJob): Promise<PushResult> {
    const { deadline, seen, watch, live } = this.#options;
    const session = this.#session;
    const signal = AbortSignal.any([deadline.signal, this.#attempt.signal]);
    const eventSeen = session.plan.eventKeys ? seen : undefined;
    const { result, report } = await session.push({ ...job, seen: eventSeen, signal });
    if (result.ended === 'complete') for (const each of [this.#notes, live]) each.delivered(report);
    for (const { name, failure } of result.sources)
      if (failure !== undefined) this.#tell(sourceProblem(name, failure));
    void watch.recorder?.mark(() => this.#session.report({ ended: 'complete' }));
    return result;
  }

  /** Segments that are in no batch yet. */
  #fresh(): KeptPart[] {
    const begun = new Set(
      [...this.#options.held.journal.state.begun.values()].flatMap(({ parts }) => segmentsOf(parts)),
    );
    return this.#intake.parts().filter(({ segment }) => !begun.has(segment));
  }

  #tell(problem: ReportProblem, found?: DeliveryProblem): void {
    this.#problems.add(problem, found);
    this.#notes.problem(problem);
  }

  /** A look at some files says nothing of the ends of the others. */
  #noteWaiting({ waiting, known }: FilesResult, isWhole: boolean): void {
    const looked = new Set(known.map(({ source }) => source.name));
    const others = isWhole ? [] : this.#waiting.filter(({ source }) => !looked.has(source));
    this.#waiting = [...others, ...waiting];
  }

  async #reload(): Promise<void> {
    const { host } = this.#options;
    try {
      const plan = await planPush(await host.reload(), host);
      if (plan.place.destination.id !== this.#session.plan.place.destination.id)
        throw new AuditExportError(
          'usage',
          'It names another destination than the one that is delivered to.',
          {
            cure: 'Restart to deliver elsewhere.',
          },
        );
      // What can't be used is told before anything is given up for it.
      await buildRunRules(plan.cut, plan.eventKeys);
      this.#nextPlan = plan;
      this.#attempt.abort();
      this.#news.notify();
      this.#notes.reloaded();
    } catch (error) {
      this.#notes.notReloaded(error);
    }
  }

  /** Goes on by other settings, or opens anew what has failed. */
  async #useNextPlan(): Promise<void> {
    if (this.#nextPlan === undefined) return;
    const { session: first, openSession } = this.#options;
    const before = this.#session;
    const plan = this.#nextPlan;
    this.#nextPlan = undefined;
    this.#attempt = new AbortController();
    try {
      this.#session = await openSession(plan, before.books);
    } catch (error) {
      this.#notes.notReloaded(error);
      return;
    }
    if (before !== first) await before.close().catch(() => undefined);
  }

  /** After the signal there is so much time left to deliver. */
  async #awaitDeadline(drained: AbortSignal): Promise<void> {
    const { host, deadline } = this.#options;
    const { signal, clock } = host;
    await new Promise<void>((resolve) => {
      if (signal.aborted || drained.aborted) resolve();
      for (const either of [signal, drained])
        either.addEventListener('abort', () => resolve(), { once: true });
    });
    if (drained.aborted) return;
    await clock.sleep(this.#session.plan.options.drainTimeout, drained);
    deadline.abort();
  }

  async #report(): Promise<PushReport> {
    const { kept, held } = this.#options;
    const isLeft = kept.bytes > 0 || held.journal.state.begun.size > 0;
    if (isLeft) this.#notes.left();
    const problems = this.#problems.left(held.journal.state);
    if (this.#failure !== undefined)
      return this.#session.finish({ ended: 'failed', error: this.#failure, problems });
    const report = await this.#session.finish({ ended: 'complete', problems, waiting: this.#waiting });
    return isLeft && report.balanced ? { ...report, outcome: 'interrupted' } : report;
  }
}

const noChoices = { again: new Set<string>(), accept: new Set<string>() };

function isLost(error: unknown): boolean {
  return error instanceof AuditExportError && error.code === 'lock-lost';
}
