/** A condition variable: lets those who wait for something go on when it may have happened. */
export class Condition {
  #waiting: (() => void)[] = [];

  notifyAll(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** Waits to be notified, or until the signal is aborted. */
  async wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        resolve();
      };
      signal.addEventListener('abort', wake);
      this.#waiting.push(wake);
    });
  }
}

/** Mutual exclusion: one at a time, in the order in which they came. */
export class Mutex {
  #last: Promise<void> = Promise.resolve();

  /** Waits for its turn; answers with what ends it, once or more often. */
  async enter(): Promise<() => void> {
    const before = this.#last;
    let leave: () => void = () => undefined;
    this.#last = new Promise((resolve) => {
      leave = resolve;
    });
    await before;
    return leave;
  }
}
