/**
 * How many PUTs may be under way at once: halved when the store asks to slow down, raised by one for as many successes as
 * it lets through at once (additive increase, multiplicative decrease).
 */
export class AdaptiveLimit {
  readonly #most: number;
  #limit: number;
  #cutMs = Number.NEGATIVE_INFINITY;

  /** Begins with the most there may be. */
  constructor(most: number) {
    this.#most = most;
    this.#limit = most;
  }

  /** A whole number, at least 1. */
  get value(): number {
    return Math.floor(this.#limit);
  }

  noteSuccess(): void {
    this.#limit = Math.min(this.#most, this.#limit + 1 / this.#limit);
  }

  /** A PUT that began at `beganMs` was throttled. One that began before the last cut says nothing about the limit of now. */
  noteThrottled(beganMs: number, nowMs: number): void {
    if (beganMs < this.#cutMs) return;
    this.#cutMs = nowMs;
    this.#limit = Math.max(1, this.value / 2);
  }
}
