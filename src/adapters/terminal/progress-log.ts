import type { Log } from '../../ports/terminal/log.ts';
import type { Progress, ProgressSnapshot } from '../../ports/terminal/progress.ts';
import type { TextProgress } from '../../ports/terminal/text-progress.ts';
import { describeProgress } from './progress-line.ts';

const everyMs = 30_000;

/** Tells progress to a log: a note every 30 seconds, with the numbers as facts. */
export class ProgressLog implements Progress, TextProgress {
  readonly #log: Log;
  readonly #quiet: boolean;
  readonly #now: () => number;
  readonly #startedMs: number;
  #toldMs: number;

  constructor(log: Log, { quiet, now }: { quiet: boolean; now: () => number }) {
    this.#log = log;
    this.#quiet = quiet;
    this.#now = now;
    this.#startedMs = now();
    this.#toldMs = this.#startedMs;
  }

  update(snapshot: ProgressSnapshot): void {
    this.show((elapsedMs) => describeProgress(snapshot, elapsedMs), { ...snapshot });
  }

  show(describe: (elapsedMs: number) => string, facts: Readonly<Record<string, unknown>>): void {
    if (this.#quiet) return;
    const now = this.#now();
    if (now - this.#toldMs < everyMs) return;
    this.#toldMs = now;
    this.#log.note('progress', describe(now - this.#startedMs), facts);
  }

  /** A line that was told stays. */
  readonly end = (): void => undefined;
}
