/** How the SDK hands out credentials: those it has, or with `forceRefresh` new ones. */
type Provider = (options?: { forceRefresh?: boolean }) => Promise<unknown>;

/**
 * Looks for credentials anew once those in use were refused, by asking the whole chain again: a session that has ended, a
 * key or a file that was replaced. Requests that were refused together lead to one look.
 */
export class FreshCredentials {
  readonly #provider: Provider;
  #current = 0;
  #refused = false;
  #looking: Promise<void> | undefined;

  constructor(provider: Provider) {
    this.#provider = provider;
  }

  /** Names the credentials of now; those after the next look have another number. */
  get current(): number {
    return this.#current;
  }

  /** The credentials of this number were refused. */
  refuse(number: number): void {
    if (number === this.#current) this.#refused = true;
  }

  /** Returns when there are credentials to try. Throws what looking for them fails with; the next call looks again. */
  async settle(): Promise<void> {
    if (!this.#refused && this.#looking === undefined) return;
    this.#looking ??= this.#look();
    await this.#looking;
  }

  async #look(): Promise<void> {
    try {
      await this.#provider({ forceRefresh: true });
      this.#refused = false;
      this.#current++;
    } finally {
      this.#looking = undefined;
    }
  }
}
