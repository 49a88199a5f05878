import type { PushReport } from '../../core/accounting/push-report.ts';
import { endOfError, endOfPush } from '../../core/runs/end-of-push.ts';
import { decodeHours, encodeHours, mergeHours, SpokenHours } from '../../core/runs/spoken-hours.ts';
import type { Clock } from '../../ports/clock.ts';
import type { OpenRun } from '../../ports/run-history.ts';
import type { PushHost } from './push-host.ts';
import type { PushPlan } from './push-plan.ts';

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

/** Takes notes of a run that is under way, which may be many batches with other types each. */
export class RunRecorder {
  readonly #run: OpenRun;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #spoken = new Map<string, SpokenHours>();
  #markedMs: number;

  constructor(run: OpenRun, clock: Pick<Clock, 'now'>) {
    this.#run = run;
    this.#clock = clock;
    this.#markedMs = clock.now();
  }

  /** The hours in which events happened, for a batch that counts types in this order. */
  spokenOf(types: readonly string[]): SpokenHours {
    const key = types.join();
    const spoken = this.#spoken.get(key) ?? new SpokenHours(types);
    this.#spoken.set(key, spoken);
    return spoken;
  }

  /** Notes how far a run is that goes on, every few minutes. */
  async mark(report: () => PushReport): Promise<void> {
    if (this.#clock.now() - this.#markedMs < markedEveryMs) return;
    this.#markedMs = this.#clock.now();
    const { endedMs: _, outcome: __, exitCode: ___, reason: ____, ...progress } = this.#ending(report());
    await this.#run.mark(progress);
  }

  async end(report: PushReport): Promise<void> {
    await this.#run.end(this.#ending(report));
  }

  #ending(report: PushReport): ReturnType<typeof endOfPush> {
    return endOfPush(report, { hours: () => this.#hours(), times: () => this.#times() });
  }

  #hours(): Record<string, string[]> {
    const all: Record<string, string[]> = {};
    for (const spoken of this.#spoken.values())
      for (const [type, hours] of Object.entries(spoken.hours()))
        all[type] = encodeHours(mergeHours(decodeHours(all[type] ?? []), decodeHours(hours)));
    return all;
  }

  #times(): ReturnType<SpokenHours['times']> {
    const all: ReturnType<SpokenHours['times']> = {};
    for (const spoken of this.#spoken.values())
      for (const [type, { earliest, latest }] of Object.entries(spoken.times())) {
        const known = all[type];
        all[type] = {
          earliest: known !== undefined && known.earliest < earliest ? known.earliest : earliest,
          latest: known !== undefined && known.latest > latest ? known.latest : latest,
        };
      }
    return all;
  }
}
