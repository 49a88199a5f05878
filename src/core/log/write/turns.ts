/** Lets one at a time. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Acts when all before have, and gives what comes of it; throws what it throws. */
  async take<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(act);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
