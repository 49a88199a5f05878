import type { PushReport, ReportEnd, ReportProblem } from '../../core/accounting/push-report.ts';
import type { FilesPorts, FilesResult } from '../../core/batches/deliver-files.ts';
import { deliverFiles } from '../../core/batches/deliver-files.ts';
import { isFileSource } from '../../core/files/look-at-content.ts';
import type { Shard } from '../../core/push/shard.ts';
import type { AuditExportError } from '../../errors.ts';
import type { SeenEvents } from '../../ports/state/seen-events.ts';
import type { Source } from '../../ports/sources/source.ts';
import { holdJournal } from './session/held-journal.ts';
import { BucketObjects } from './sources/bucket-objects.ts';
import { otherParts } from './sources/other-parts.ts';
import { problemOf, sourceProblem } from './session/problems.ts';
import type { HeldJournal, PushHost } from './session/push-host.ts';
import type { PushPlan } from './plan/push-plan.ts';
import { choicesOf } from './plan/push-plan.ts';
import { telling } from './session/seen-index.ts';
import type { Watch } from './session/session.ts';
import { Session } from './session/session.ts';

/**
 * Delivers inputs that end. What is new in files and buckets goes by the journal of the destination; what comes through a
 * pipe is read as it comes. One source that can't be read is told, and the others are delivered.
 */
export async function pushOnce(
  plan: PushPlan,
  host: PushHost,
  watch: Watch,
  shard: Shard | undefined,
): Promise<PushReport> {
  const session = await Session.open({ plan, host, watch, signal: host.signal, mostListed: Infinity });
  try {
    const list = (): Promise<Source[]> => host.openSources(plan.inputs, plan.written, shard);
    const opened = await list();
    const journaled = opened.some(isJournaled) || plan.options.dedupe !== undefined;
    const held =
      journaled && !plan.dryRun
        ? await holdJournal(plan, host, shard && `${shard.index}-${shard.count}`)
        : undefined;
    try {
      const end = await new OnePush({ plan, host, session, held, list }).run(opened);
      return await session.finish(end);
    } finally {
      await held?.release();
    }
  } finally {
    await session.close();
  }
}

/** Whether the journal says what was delivered of a source: else it is read as it comes. */
function isJournaled(source: Source): boolean {
  return isFileSource(source) || source.object !== undefined;
}

interface OnePushOptions {
  plan: PushPlan;
  host: PushHost;
  session: Session;
  held: HeldJournal | undefined;
  list: () => Promise<Source[]>;
}

class OnePush {
  readonly #options: OnePushOptions;
  readonly #problems: ReportProblem[] = [];
  readonly #failures = new Map<string, AuditExportError>();

  constructor(options: OnePushOptions) {
    this.#options = options;
  }

  async run(sources: readonly Source[]): Promise<ReportEnd> {
    const { plan, held } = this.#options;
    const { dedupe } = plan.options;
    const seen =
      dedupe === undefined ? undefined : held && telling(held.openSeen(dedupe), this.#options.host);
    try {
      const files = held === undefined ? undefined : await this.#pushJournaled(held, sources, seen);
      if (files !== undefined && files.ended !== 'complete') return this.#end(files);
      const rest = held === undefined ? sources : sources.filter((source) => !isJournaled(source));
      const parts = rest.map((source) => ({ source }));
      const pushed =
        parts.length === 0 && held !== undefined
          ? undefined
          : (await this.#push({ parts, cut: plan.cut, seen })).result;
      return this.#end({ ended: 'complete', error: undefined, ...pushed, waiting: files?.waiting ?? [] });
    } finally {
      await seen?.close();
    }
  }

  async #pushJournaled(
    held: HeldJournal,
    sources: readonly Source[],
    seen: SeenEvents | undefined,
  ): Promise<FilesResult> {
    const { plan, host, session, list } = this.#options;
    const objects = new BucketObjects(held.objects, sources, plan.options.again);
    const ports: FilesPorts = {
      journal: held.journal,
      files: host.files,
      list: async () => {
        // What a batch of an earlier run broke off with is told again if it still is so.
        this.#failures.clear();
        return (await list()).filter(isFileSource);
      },
      ...otherParts(objects, held, host),
      more: () => objects.fresh(held.journal.state.cursors),
      newId: host.newId,
      now: host.clock.now,
      push: async ({ id, cut }, parts, confirm) =>
        (await this.#push({ parts, cut, batch: id, confirm, seen: plan.eventKeys ? seen : undefined }))
          .result,
      isGiven: (part) => part.kind === 'object' && objects.isGiven(part),
      onUnreadable: ({ name }, error) => this.#failures.set(name, error),
      onProblem: (problem) => this.#problems.push(problemOf(problem, plan)),
    };
    const { reread, final } = plan.options;
    const result = await deliverFiles(
      { cut: plan.cut, choices: choicesOf(plan), isFinal: final, reread },
      ports,
    );
    session.addKnown([
      ...result.known.map(({ source, delivered }) => ({ name: source.name, delivered })),
      ...objects.known(result.read),
    ]);
    if (reread && result.ended === 'complete') this.#tellUncut(objects.unread(result.read));
    return result;
  }

  /** Objects that were delivered before, and are in no batch that the journal still holds, nor told of otherwise. */
  #tellUncut(unread: readonly string[]): void {
    const told = new Set(this.#problems.map(({ source }) => source));
    for (const source of unread)
      if (!told.has(source))
        this.#problems.push(problemOf({ kind: 'uncut', id: '', source }, this.#options.plan));
  }

  async #push(job: Parameters<Session['push']>[0]): ReturnType<Session['push']> {
    const pushed = await this.#options.session.push(job);
    for (const { name, failure } of pushed.result.sources)
      if (failure !== undefined) this.#failures.set(name, failure);
    return pushed;
  }

  #end({ ended, error, waiting }: Pick<FilesResult, 'ended' | 'error' | 'waiting'>): ReportEnd {
    const failures = [...this.#failures.values()];
    const told = [...this.#failures].map(([source, failure]) => sourceProblem(source, failure));
    return { ended, error, failures, problems: [...this.#problems, ...told], waiting };
  }
}
