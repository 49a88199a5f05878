import type { ObjectStore } from '../../ports/object-store.ts';
import type { Quarantine } from '../../ports/quarantine.ts';

/** A store that is asked nothing and told nothing: the run goes its whole way and stops before the first byte is sent. */
export function planningStore(store: ObjectStore): ObjectStore {
  return {
    location: store.location,
    prefix: store.prefix,
    put: async () => 'planned',
    close: () => store.close(),
  };
}

/** Bad lines of a dry run are counted, not kept. */
export const discardingQuarantine: Quarantine = {
  add: async () => undefined,
  addPart: async () => undefined,
  seal: async () => undefined,
};
