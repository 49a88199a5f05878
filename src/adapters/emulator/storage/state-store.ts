import type { Bucket, ObjectVersion } from '../s3/buckets/bucket.ts';
import type { Directory } from '../identity/directory.ts';

/** What must outlast a restart, but for the bytes of objects. */
export interface SavedState {
  readonly directory: Directory;
  readonly buckets: ReadonlyMap<string, Bucket>;
}

/** Keeps accounts, buckets and what is known of objects. */
export interface StateStore {
  /** Accounts, policies, sessions and the settings of buckets; objects are kept one by one. */
  save(state: SavedState): Promise<void>;
  /** All versions of one key, after a change; none where it is gone. */
  saveObject(bucket: string, key: string, versions: readonly ObjectVersion[]): Promise<void>;
}

/** Keeps nothing: a rehearsal in memory. */
export const forgetfulStateStore: StateStore = {
  save: async () => await Promise.resolve(),
  saveObject: async () => await Promise.resolve(),
};
