import { join } from 'node:path';
import { QuarantineFolderShelf } from '../adapters/fs/quarantine-shelf.ts';
import { destinationFolders, statePlaces } from '../adapters/fs/state/state-places.ts';
import type { ProfilePlace } from '../core/config/destination.ts';
import { parseStoreAddress } from '../core/config/store-address.ts';
import type { QuarantineShelf } from '../ports/quarantine-shelf.ts';
import { findDestination } from './state-context.ts';
import type { CliContext } from './terminal-context.ts';

/** Which quarantine is meant. */
export interface AskedQuarantine {
  quarantine: string | undefined;
  to: string | undefined;
  endpointUrl: string | undefined;
  profile: ProfilePlace | undefined;
}

/**
 * The quarantine that is named, or that of the profile; without either that of the destination, or of all destinations
 * that were delivered to without a profile. Throws `state-not-written` where there is no place for state.
 */
export async function openShelves(
  { quarantine, to, endpointUrl, profile }: AskedQuarantine,
  context: CliContext,
): Promise<QuarantineShelf[]> {
  if (quarantine !== undefined) return [new QuarantineFolderShelf(quarantine)];
  const places = statePlaces(context);
  const folders =
    profile !== undefined
      ? [places.profileFolder(profile)]
      : to !== undefined
        ? [places.destinationFolder(await findDestination(parseStoreAddress(to), endpointUrl, context))]
        : (await destinationFolders(places)).map(({ folder }) => folder);
  return folders.map((folder) => new QuarantineFolderShelf(join(folder, 'quarantine')));
}
