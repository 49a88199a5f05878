const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** How old events are when they are delivered, in steps a person thinks in. */
const steps = [
  { label: 'in the future', below: 0 },
  { label: 'up to 1 hour', below: hourMs },
  { label: 'up to 1 day', below: dayMs },
  { label: 'up to 7 days', below: 7 * dayMs },
  { label: 'up to 30 days', below: 30 * dayMs },
  { label: 'up to 1 year', below: 365 * dayMs },
  { label: 'older', below: Number.POSITIVE_INFINITY },
] as const;

/** Counts events by age against one moment, the start of the run. */
export class LatenessHistogram {
  readonly #nowMs: number;
  readonly #counts: number[] = steps.map(() => 0);

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  add(eventTimeMs: number): void {
    const age = this.#nowMs - eventTimeMs;
    let step = 0;
    while (age >= (steps[step] as { below: number }).below) step++;
    this.#counts[step] = (this.#counts[step] as number) + 1;
  }

  /** The steps that have events, from the newest to the oldest. */
  rows(): { age: string; lines: number }[] {
    return steps
      .map(({ label }, step) => ({ age: label, lines: this.#counts[step] as number }))
      .filter(({ lines }) => lines > 0);
  }
}
