import { configuredEndpoint } from '../../../adapters/aws/endpoints.ts';
import { realPath } from '../../../adapters/fs/state/real-path.ts';
import { statePlaces } from '../../../adapters/fs/state/state-places.ts';
import { resolve } from 'node:path';
import type { StatePlace } from '../../../core/config/destination.ts';
import { destinationOf } from '../../../core/config/destination.ts';
import type { StoreAddress } from '../../../core/config/store-address.ts';
import type { CliProcess } from '../../terminal/terminal-context.ts';
import type { Destination } from '../../../ports/store/destination.ts';

type Surroundings = Pick<CliProcess, 'environment' | 'workingFolder' | 'systemState'>;

/** The destination that an address names on this machine, with the endpoint in effect. */
export async function findDestination(
  address: StoreAddress,
  endpointUrl: string | undefined,
  { environment, workingFolder }: Surroundings,
): Promise<Destination> {
  if (address.kind === 's3') {
    // A delivery into a folder need not load what reads AWS's configuration.
    const { readAwsProfile } = await import('../../../adapters/aws/credentials/aws-profile.ts');
    const profile = await readAwsProfile(environment);
    return destinationOf(address, endpointUrl ?? configuredEndpoint('S3', environment, profile));
  }
  return destinationOf({ kind: 'folder', path: realPath(resolve(workingFolder, address.path)) }, undefined);
}

/** The folder of a profile's state, or of a destination's where there is no profile. Throws `state-not-written`. */
export function stateFolderOf(place: StatePlace, surroundings: Surroundings): string {
  return statePlaces(surroundings).folderOf(place);
}
