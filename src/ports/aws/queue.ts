import type { Source } from '../sources/source.ts';

/** An object that is to be read as a source. */
export interface NamedObject {
  bucket: string;
  /** Its key; where it is not certain how it was written, the readings of it, the likelier one first. */
  keys: readonly [string, ...string[]];
  /** Undefined: the current version. */
  versionId: string | undefined;
  /** Stored bytes, where they are known. */
  size: number | undefined;
  /** The bucket's region, where it is known. */
  region: string | undefined;
}

/** A message that was lent to this worker: until it is removed, it will be lent to somebody again. */
export interface QueueMessage {
  id: string;
  body: string;
  /** How often it has been lent, this time included. */
  receives: number;
  /** Names this loan. */
  receipt: string;
}

/** A queue of messages that name objects. Calls throw `AuditExportError`, naming queue and action. */
export interface MessageQueue {
  url: string;
  /**
   * Waits for a message, for so many seconds at most; undefined if none came, or if the signal was aborted meanwhile.
   * Nobody else sees the message for `visibilitySeconds`.
   */
  receive: (wait: {
    waitSeconds: number;
    visibilitySeconds: number;
    signal: AbortSignal;
  }) => Promise<QueueMessage | undefined>;
  /** Keeps the message for so many seconds from now on. */
  extend: (message: QueueMessage, visibilitySeconds: number) => Promise<void>;
  /** Takes the message out of the queue for good. */
  remove: (message: QueueMessage) => Promise<void>;
  close: () => Promise<void>;
}

/** Reads objects of buckets that were named to it. */
export interface ObjectReader {
  /**
   * The object as a source. Reading it throws `source-unreadable` with the detail `gone` where there is no such object
   * any more.
   */
  source: (object: NamedObject) => Source;
  close: () => Promise<void>;
}
