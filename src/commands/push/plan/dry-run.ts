import type { StoreAddress } from '../../../core/config/store-address.ts';
import { describeStoreAddress } from '../../../core/config/store-address.ts';
import type { ObjectStore } from '../../../ports/store/object-store.ts';
import type { Quarantine } from '../../../ports/store/quarantine.ts';

/** The store of a dry run: the run goes its whole way and stops before the first byte is sent. It needs no credentials. */
export function planningStore(address: StoreAddress): ObjectStore {
  return {
    location: describeStoreAddress(address),
    prefix: address.kind === 's3' ? address.prefix : '',
    put: async () => 'planned',
    close: async () => undefined,
  };
}

/** Bad lines of a dry run are counted, not kept. */
export const discardingQuarantine: Quarantine = {
  add: async () => undefined,
  addPart: async () => undefined,
  dropParts: async () => undefined,
  size: async () => 0,
  seal: async () => undefined,
};
