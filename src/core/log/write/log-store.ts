import type { FinishedObject, ObjectStore, PutStatus } from '../../../ports/store/object-store.ts';
import { PutFailure } from '../../../ports/store/put-failure.ts';
import type { RetryOptions } from '../../delivery/retry/retrying-store.ts';
import { RetryingStore } from '../../delivery/retry/retrying-store.ts';
import type { LogObject } from './log-objects.ts';

/** What the log needs of the place that it is published to. Keys are below the prefix. */
export interface LogStore {
  /** Stores what has no name yet; `unsure`: the name is taken, perhaps by a try of ours that failed. Throws what fails. */
  put: (object: LogObject) => Promise<'stored' | 'already-there' | 'unsure'>;
  /** Puts an object in the place of another. Throws what fails; missing where nothing can be overwritten. */
  replace?: ((object: LogObject) => Promise<void>) | undefined;
  /** What is stored under a name; undefined where that may not be read. */
  read: (key: string) => Promise<Buffer | undefined>;
}

/** What the log costs: requests that were sent, and bytes that were stored. */
export interface LogCosts {
  requests: number;
  bytes: number;
}

/** A key below the prefix, as the store has it. */
export function keyBelow(prefix: string, key: string): string {
  return prefix === '' ? key : `${prefix}/${key}`;
}

/** The store of the data as the log's: with its own patience, and with an eye on what may have been stored by a try that failed. */
export function logStoreOn(
  store: ObjectStore,
  retry: Omit<RetryOptions, 'events'>,
  costs: LogCosts,
): LogStore {
  const doubtful = new Set<string>();
  const found = new Map<string, PutStatus>();
  const watched: ObjectStore = {
    location: store.location,
    prefix: store.prefix,
    put: async (object) => {
      costs.requests++;
      try {
        const status = await store.put(object);
        found.set(object.key, status);
        return status;
      } catch (error) {
        if (error instanceof PutFailure && error.trouble.maybeStored) doubtful.add(object.key);
        throw error;
      }
    },
    close: async () => undefined,
  };
  const events = { onTry: ignore, onRetry: ignore, onOutage: ignore, onRecovery: ignore };
  const retrying = new RetryingStore(watched, { ...retry, events });
  const placed = (object: LogObject): FinishedObject => ({
    ...object,
    key: keyBelow(store.prefix, object.key),
  });
  const { replace, read } = store;
  return {
    put: async (object) => {
      const whole = placed(object);
      await retrying.put(whole);
      const status = found.get(whole.key);
      found.delete(whole.key);
      if (status !== 'already-there') costs.bytes += object.body.length;
      if (status !== 'already-there') return 'stored';
      return doubtful.has(whole.key) ? 'unsure' : 'already-there';
    },
    replace:
      replace &&
      (async (object) => {
        costs.requests++;
        await replace.call(store, placed(object));
        costs.bytes += object.body.length;
      }),
    read: async (key) => read?.call(store, keyBelow(store.prefix, key)),
  };
}

function ignore(): void {}
