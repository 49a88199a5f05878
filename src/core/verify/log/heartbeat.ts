import type { QuietLeaf } from '../../log/leaf.ts';

const hourMs = 3_600_000;

/** By what a log is heard. */
export interface HeartbeatOptions {
  /** What to do where nobody will speak any more. */
  cure: string;
  /** How long it may say nothing (milliseconds), as the auditor has it; undefined: as the log has recorded. */
  asked: number | undefined;
}

/**
 * Hears when a log is silent although it should speak, in the middle and at its end. What it owes, it has recorded itself: with
 * each run what its profile expects, and by `quiet` leaves that it speaks once an interval (two of the longest, and an hour, are
 * a gap). A log that has recorded neither owes nothing.
 */
export class Heartbeat {
  readonly #tell: (leaf: number, message: string) => void;
  readonly #options: HeartbeatOptions;
  #lastMs: number | undefined;
  /** What the last run that began has recorded. */
  #expectedMs: number | undefined;
  /** The longest time that a quiet leaf speaks for; 0 where there is none. */
  #longestQuietMs = 0;

  constructor(tell: (leaf: number, message: string) => void, options: HeartbeatOptions) {
    this.#tell = tell;
    this.#options = options;
  }

  /** What is owed from now on, in seconds; undefined: nothing. */
  expect(seconds: number | undefined): void {
    this.#expectedMs = seconds === undefined ? undefined : seconds * 1000;
  }

  /** `busy`: a run was under way since the leaf before, however long that took. */
  spoke(ms: number, leaf: number, busy: boolean): void {
    if (this.#lastMs !== undefined && !busy) this.#pause(this.#lastMs, ms, leaf);
    this.#lastMs = Math.max(this.#lastMs ?? ms, ms);
  }

  quiet({ from, to }: QuietLeaf, leaf: number): void {
    const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
    if (this.#lastMs !== undefined) this.#pause(this.#lastMs, fromMs, leaf);
    this.#longestQuietMs = Math.max(this.#longestQuietMs, toMs - fromMs);
    this.#lastMs = Math.max(this.#lastMs ?? toMs, toMs);
  }

  end(nowMs: number, leaf: number): void {
    if (this.#lastMs === undefined || nowMs - this.#lastMs <= this.#limit()) return;
    this.#tell(
      leaf,
      `It says nothing since ${new Date(this.#lastMs).toISOString()}, and was not closed. Whether its end was cut off, only a checkpoint kept elsewhere can tell (--remember). ${this.#options.cure}`,
    );
  }

  #pause(fromMs: number, toMs: number, leaf: number): void {
    if (toMs - fromMs > this.#limit())
      this.#tell(
        leaf,
        `It says nothing from ${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}.`,
      );
  }

  #limit(): number {
    const quiet = this.#longestQuietMs > 0 ? Math.max(hourMs, 2 * this.#longestQuietMs) : Infinity;
    return this.#options.asked ?? Math.min(this.#expectedMs ?? Infinity, quiet);
  }
}
