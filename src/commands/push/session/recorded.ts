import type { PushReport } from '../../../core/accounting/push-report.ts';
import { endOfError, endOfPush } from '../../../core/runs/end-of-push.ts';
import { EventTimes } from '../../../core/runs/event-times.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { OpenRun } from '../../../ports/state/run-history.ts';
import type { PushHost } from './push-host.ts';
import type { PushPlan } from '../plan/push-plan.ts';

/** A run that lasts says so often how far it is. */
const markedEveryMs = 5 * 60_000;

/**
 * Keeps the history of a run: when it began, how far it is, and how it ended. A dry run has none, for nothing of it is true
 * of the store. Throws what the run throws.
 */
export async function recorded<R extends PushReport>(
  command: string,
  { inputs, place, dryRun }: Pick<PushPlan, 'inputs' | 'place' | 'dryRun'>,
  host: Pick<PushHost, 'runHistory' | 'clock'>,
  run: (recorder: RunRecorder | undefined) => Promise<R>,
): Promise<R> {
  if (dryRun) return run(undefined);
  const history = await host.runHistory(place);
  const store = place.destination.text;
  const open = await history.begin({ command, store, inputs, startedMs: host.clock.now() });
  const recorder = new RunRecorder(open, host.clock);
  const report = await run(recorder).catch(async (error: unknown) => {
    await open.end(endOfError(error, host.clock.now()));
    throw error;
  });
  await recorder.end(report);
  return report;
}

/** Takes notes of a run that is under way, which may be many batches. */
export class RunRecorder {
  /** Of the events that are durable. */
  readonly times = new EventTimes();
  readonly #run: OpenRun;
  readonly #clock: Pick<Clock, 'now'>;
  #markedMs: number;

  constructor(run: OpenRun, clock: Pick<Clock, 'now'>) {
    this.#run = run;
    this.#clock = clock;
    this.#markedMs = clock.now();
  }

  /** Notes how far a run is that goes on, every few minutes. */
  async mark(report: () => PushReport): Promise<void> {
    if (this.#clock.now() - this.#markedMs < markedEveryMs) return;
    this.#markedMs = this.#clock.now();
    const {
      endedMs: _,
      outcome: __,
      exitCode: ___,
      reason: ____,
      ...progress
    } = endOfPush(report(), this.times);
    await this.#run.mark(progress);
  }

  async end(report: PushReport): Promise<void> {
    await this.#run.end(endOfPush(report, this.times));
  }
}
