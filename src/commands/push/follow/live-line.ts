import type { PushReport } from '../../../core/accounting/push-report.ts';
import { formatBytes, formatCounted, formatDuration } from '../../../core/report/format.ts';
import type { Timer } from '../../../ports/clock.ts';
import type { Log } from '../../../ports/terminal/log.ts';
import type { Progress, ProgressSnapshot } from '../../../ports/terminal/progress.ts';
import type { TextProgress } from '../../../ports/terminal/text-progress.ts';

const shownMs = 1000;

type Counts = Pick<ProgressSnapshot, 'lines' | 'objects'>;

/** What waits: since when (epoch milliseconds), and bytes in the spool. */
interface Waiting {
  oldestMs: number | undefined;
  spoolBytes: number;
}

/**
 * The line in which a follower says on a terminal how far it is: what it has delivered, for how long the oldest waits, and how much
 * waits on disk. Elsewhere nothing is shown: there the notes tell once a minute. A follower has no end, so it has no share of it.
 */
export class LiveLine implements Progress {
  readonly #live: TextProgress | undefined;
  readonly #clock: Timer;
  #delivered: Counts = { lines: 0, objects: 0 };
  #batch: Counts = { lines: 0, objects: 0 };
  #waiting: Waiting = { oldestMs: undefined, spoolBytes: 0 };

  constructor(live: TextProgress | undefined, clock: Timer) {
    this.#live = live;
    this.#clock = clock;
  }

  /** Shows what waits once a second: it grows older while nothing happens. */
  async run(waiting: () => Waiting, signal: AbortSignal): Promise<void> {
    while (this.#live !== undefined && !signal.aborted) {
      this.waits(waiting());
      await this.#clock.sleep(shownMs, signal);
    }
  }

  /** How far the batch under way has come. */
  update(batch: ProgressSnapshot): void {
    this.#batch = batch;
    this.#show();
  }

  /** A batch is durable. */
  delivered({ balance, objects }: Pick<PushReport, 'balance' | 'objects'>): void {
    this.#delivered = {
      lines: this.#delivered.lines + balance.read,
      objects: this.#delivered.objects + objects.length,
    };
    this.#batch = { lines: 0, objects: 0 };
  }

  waits(waiting: Waiting): void {
    this.#waiting = waiting;
    this.#show();
  }

  end(): void {
    this.#live?.end();
  }

  /** A log that writes to the same terminal: what is shown makes room for it. */
  above(log: Log): Log {
    const cleared =
      (tell: Log['note']): Log['note'] =>
      (...told) => {
        this.end();
        tell(...told);
      };
    return { note: cleared(log.note), warn: cleared(log.warn), error: cleared(log.error) };
  }

  #show(): void {
    this.#live?.show(() => this.#text(), {});
  }

  #text(): string {
    const { oldestMs, spoolBytes } = this.#waiting;
    const lines = this.#delivered.lines + this.#batch.lines;
    const objects = this.#delivered.objects + this.#batch.objects;
    const lag =
      oldestMs === undefined ? 'nothing waits' : `lag ${formatDuration(this.#clock.now() - oldestMs)}`;
    const spool = spoolBytes === 0 ? '' : `, ${formatBytes(spoolBytes)} in the spool`;
    return `Following: ${formatCounted(lines, 'line', 'lines')}, ${formatCounted(objects, 'object', 'objects')}, ${lag}${spool}`;
  }
}
