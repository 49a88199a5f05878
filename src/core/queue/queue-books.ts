import type { QueueSummary } from './sum-reports.ts';

/** Messages remembered one by one, so that memory has a bound. */
const mostRemembered = 10_000;

/** Keeps count of the messages of a queue and of the objects they name. */
export class QueueBooks {
  readonly #left = new Map<string, string>();
  readonly #url: string;
  received = 0;
  removed = 0;
  malformed = 0;
  test = 0;
  done = 0;
  gone = 0;
  leftOut = 0;
  ignoredEvents = 0;

  constructor(url: string) {
    this.#url = url;
  }

  /** Notes that a message stays in the queue, and why; says whether that is new. */
  leave(messageId: string, why: string): boolean {
    const isNew = !this.#left.has(messageId);
    if (this.#left.size < mostRemembered) this.#left.set(messageId, why);
    return isNew;
  }

  /** Notes that a message is out of the queue; an earlier try may have failed. */
  remove(messageId: string): void {
    this.#left.delete(messageId);
    this.removed++;
  }

  /** Why the first of the messages that are left was left; undefined where none was. */
  get firstLeft(): string | undefined {
    return this.#left.values().next().value;
  }

  summary(unlisted: QueueSummary['unlisted']): QueueSummary {
    const { received, removed, malformed, test, done, gone, leftOut, ignoredEvents } = this;
    return {
      url: this.#url,
      messages: { received, removed, left: this.#left.size, malformed, test },
      objects: { done, gone, leftOut },
      ignoredEvents,
      unlisted: { ...unlisted },
    };
  }
}
