interface Waiter {
  weight: number;
  enter: () => void;
}

/**
 * Lets a limited weight pass at once, first come first served. Something heavier than the limit passes alone, so that a
 * limit can never stop a run.
 */
export class Semaphore {
  #limit: number;
  readonly #waiting: Waiter[] = [];
  #inside = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Waits for room. Each `enter` needs one `leave` of the same weight. */
  async enter(weight = 1): Promise<void> {
    if (this.#waiting.length === 0 && this.#fits(weight)) {
      this.#inside += weight;
      return;
    }
    await new Promise<void>((resolve) => {
      this.#waiting.push({ weight, enter: resolve });
    });
  }

  leave(weight = 1): void {
    this.#inside -= weight;
    this.#letIn();
  }

  /** Changes the limit: a larger one lets those in who fit now, a smaller one turns nobody out. */
  setLimit(limit: number): void {
    this.#limit = limit;
    this.#letIn();
  }

  #letIn(): void {
    for (
      let next = this.#waiting[0];
      next !== undefined && this.#fits(next.weight);
      next = this.#waiting[0]
    ) {
      this.#waiting.shift();
      this.#inside += next.weight;
      next.enter();
    }
  }

  #fits(weight: number): boolean {
    return this.#inside === 0 || this.#inside + weight <= this.#limit;
  }
}
