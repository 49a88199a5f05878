import type { StatePlace } from '../../../core/config/destination.ts';
import type { StoreAddress } from '../../../core/config/store-address.ts';
import type { PushRequest } from './check-request.ts';
import { storeAddress } from './check-request.ts';
import type { Destination } from '../../../ports/store/destination.ts';

/** Knows the real paths of this machine, and the endpoint in effect. */
export interface DestinationFinder {
  /** Throws `usage` for an endpoint that is no URL. */
  destinationOf: (address: StoreAddress, endpointUrl: string | undefined) => Promise<Destination>;
}

/** Where a run keeps its state. Throws what `storeAddress` throws, and `usage` for an endpoint that is no URL. */
export async function statePlaceOf(request: PushRequest, host: DestinationFinder): Promise<StatePlace> {
  const { options, profile } = request;
  const destination = await host.destinationOf(storeAddress(request), options.endpointUrl);
  return { profile, destination };
}
