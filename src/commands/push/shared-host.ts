import type { Classifier } from '../../ports/classifier.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { PushHost } from './push-host.ts';

/** A host for many runs with the same settings, and what ends what they share. */
export interface SharedHost {
  host: PushHost;
  close: () => Promise<void>;
}

/**
 * Lets runs share what is dear to make: the connections to the store, the role's session, the classifying threads and
 * the schemas. Runs can't be stopped halfway, since `signal` is never aborted: each ends with its object.
 */
export function shareHost(host: PushHost): SharedHost {
  let ownTypes: ReturnType<PushHost['readOwnTypes']> | undefined;
  let store: Promise<ObjectStore> | undefined;
  let classifier: Classifier | undefined;
  let metrics: Promise<Metrics> | undefined;
  return {
    host: {
      ...host,
      signal: new AbortController().signal,
      progress: { update: () => undefined, end: () => undefined },
      readOwnTypes: (files) => (ownTypes ??= host.readOwnTypes(files)),
      openStore: async (address, settings) => {
        store ??= host.openStore(address, settings);
        return withoutClose(await store);
      },
      openMetrics: async (settings) => {
        metrics ??= host.openMetrics(settings);
        const { observe } = await metrics;
        return { observe, close: async () => undefined };
      },
      openClassifier: (rules, settings, types) => {
        const shared = (classifier ??= host.openClassifier(rules, settings, types));
        return {
          get lookahead() {
            return shared.lookahead;
          },
          classify: (chunk) => shared.classify(chunk),
          close: async () => undefined,
        };
      },
    },
    close: async () => {
      await classifier?.close();
      await (await store?.catch(() => undefined))?.close();
      await (await metrics?.catch(() => undefined))?.close();
    },
  };
}

/** The same store, but closing it is left to the one who opened it. */
function withoutClose(store: ObjectStore): ObjectStore {
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'close') return async () => undefined;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
