/** An object ready to be stored: its name comes from its content, its body is complete. */
export interface FinishedObject {
  key: string;
  body: Buffer;
  contentType: string;
  /** How the body is compressed on its way to a reader, which undoes it; missing: it is not. */
  contentEncoding?: 'gzip';
}

/**
 * What became of an object: `stored` by this call, or `already-there` under its name, which is its content; `planned` by
 * a dry run.
 */
export type PutStatus = 'stored' | 'already-there' | 'planned';

/** Where objects go: an S3 bucket or a local folder. */
export interface ObjectStore {
  /** How reports name it: `s3://bucket/prefix` or a path. */
  location: string;
  /** The prefix that all keys begin with, '' for none. */
  prefix: string;
  /**
   * Stores the object unless its key is taken, atomically and durably: when the promise resolves, the object survives a
   * power cut, and no reader ever saw a part of it. Safe to call for the same key from any number of processes. Throws a
   * PutFailure that says whether another try may help.
   */
  put: (object: FinishedObject) => Promise<PutStatus>;
  /** Puts the object in the place of what has its key, if anything has. Throws a PutFailure. */
  replace?: (object: FinishedObject) => Promise<void>;
  /** What is stored under a key; undefined where there is nothing. Missing where reading needs other rights. */
  read?: (key: string) => Promise<Buffer | undefined>;
  /** Lets go of connections. */
  close: () => Promise<void>;
}
