import type { QuietLeaf } from '../../log/leaf.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** So many pauses must be known before one counts as unusually long. */
const fewestPauses = 4;

/**
 * Hears when a log is silent although it should speak. One that writes `quiet` leaves has promised to speak once an interval:
 * what is longer than two of its longest, and an hour, is a gap, at its end as well as in the middle. One that never does
 * (runs of a schedule) is silent at its end if that takes three times as long as any pause before, and a day.
 */
export class Heartbeat {
  readonly #tell: (leaf: number, message: string) => void;
  readonly #cure: string;
  #lastMs: number | undefined;
  /** The longest time that a quiet leaf speaks for; 0 where there is none. */
  #longestQuietMs = 0;
  #longestPauseMs = 0;
  #pauses = 0;

  /** `cure`: what to do where nobody will speak any more. */
  constructor(tell: (leaf: number, message: string) => void, cure: string) {
    this.#tell = tell;
    this.#cure = cure;
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
    if (this.#lastMs === undefined || nowMs <= this.#lastMs) return;
    const silent = nowMs - this.#lastMs;
    const isGap =
      this.#longestQuietMs > 0
        ? silent > this.#limit()
        : this.#pauses >= fewestPauses && silent > Math.max(dayMs, 3 * this.#longestPauseMs);
    if (isGap)
      this.#tell(
        leaf,
        `It says nothing since ${new Date(this.#lastMs).toISOString()}, and was not closed. Whether its end was cut off, only a checkpoint kept elsewhere can tell (--remember). ${this.#cure}`,
      );
  }

  #pause(fromMs: number, toMs: number, leaf: number): void {
    const pause = toMs - fromMs;
    if (pause <= 0) return;
    this.#pauses++;
    this.#longestPauseMs = Math.max(this.#longestPauseMs, pause);
    if (this.#longestQuietMs > 0 && pause > this.#limit())
      this.#tell(
        leaf,
        `It says nothing from ${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}.`,
      );
  }

  #limit(): number {
    return Math.max(hourMs, 2 * this.#longestQuietMs);
  }
}
