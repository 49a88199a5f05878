import type { PushReport } from '../accounting/push-report.ts';

/** What of a queue was worked off. */
export interface QueueSummary {
  url: string;
  messages: {
    received: number;
    /** Taken out of the queue: all that they name is durable, or there is nothing to do about them. */
    removed: number;
    /** Still in the queue, or in its dead-letter queue, when this worker ended, as far as it knows. */
    left: number;
    /** Of those received: not readable as a notification. */
    malformed: number;
    /** Of those removed: what S3 sends when notifications are switched on. */
    test: number;
  };
  objects: {
    /** Read to their end, and everything in them durable. */
    done: number;
    /** Deleted before they could be read. */
    gone: number;
    /** The tool's own, folder markers and empty ones. */
    leftOut: number;
  };
  /** Events that do not say that an object was created. */
  ignoredEvents: number;
  /** Sources and objects that the lists of the report leave out. */
  unlisted: { sources: number; objects: number };
}

/** The report of a worker: the sum of the reports of its runs, and what became of the messages. */
export type QueuePushReport = PushReport & { queue: QueueSummary };

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

  get left(): number {
    return this.#left.size;
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
