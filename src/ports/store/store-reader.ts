/** An object of a store, as a listing shows it. */
export interface StoredObject {
  /** Below the store's prefix, without a slash at its beginning. */
  key: string;
  /** Stored bytes. */
  size: number;
  /** When it was last written, by the store's clock (epoch milliseconds); undefined where the store does not say. */
  modifiedMs: number | undefined;
  /** Changes when the content does: the ETag of S3, size and time of a file. For caches, not for proofs. */
  revision: string;
}

/** A store as its readers see it: an S3 bucket, with the reader's own credentials, or a folder. */
export interface StoreReader {
  /** How reports name it: `s3://bucket/prefix` or a path. */
  location: string;
  /**
   * All objects whose keys begin with `prefix` ('' for all), in the order of the bytes of their keys; with `startAfter` those
   * behind that key. A key is below the store's prefix, as in StoredObject. Throws `access-denied` and others, naming the
   * permission that is missing; a folder that is not there has no objects.
   */
  list: (prefix: string, from?: { startAfter?: string }) => AsyncIterable<StoredObject>;
  /**
   * The stored bytes of an object, as they are (compressed ones compressed). A yielded buffer is good until the next one is
   * asked for. Reading several objects at once is the caller's. Throws `source-unreadable`, with the detail `gone` where
   * there is no such object, `source-broken` where it ends early, and `access-denied`.
   */
  read: (key: string) => AsyncIterable<Buffer>;
  /** Lets go of connections. */
  close: () => Promise<void>;
}
