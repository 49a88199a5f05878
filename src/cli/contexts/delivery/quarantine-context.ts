import { join } from 'node:path';
import { QuarantineFolderReader } from '../../../adapters/fs/quarantine/quarantine-folder-reader.ts';
import { destinationFolders, scheduledPlaces, statePlaces } from '../../../adapters/fs/state/state-places.ts';
import { destinationFlags } from '../../../core/config/destination.ts';
import { parseStoreAddress } from '../../../core/config/store-address.ts';
import { shellWord } from '../../../core/language/shell-word.ts';
import type { QuarantineReader } from '../../../ports/store/quarantine-reader.ts';
import { findDestination } from './state-context.ts';
import type { Invocation } from '../../verb.ts';
import type { Destination } from '../../../ports/store/destination.ts';

type Asked = Pick<Invocation, 'context' | 'options' | 'profile'>;

/**
 * The quarantine that is named, or that of the profile; without either that of the destination, or of all destinations
 * that were delivered to without a profile. Throws `state-not-written` where there is no place for state.
 */
export async function openQuarantines(asked: Asked): Promise<QuarantineReader[]> {
  const { quarantine } = asked.options;
  if (typeof quarantine === 'string') return [new QuarantineFolderReader(quarantine)];
  const folders = await stateFolders(asked);
  return folders.map((folder) => new QuarantineFolderReader(join(folder, 'quarantine')));
}

async function stateFolders(asked: Asked): Promise<string[]> {
  const places = statePlaces(asked.context);
  const { profile, context } = asked;
  if (profile !== undefined) {
    const scheduled = scheduledPlaces(profile, context);
    for (const { root, unit } of scheduled.filter(({ isOpen }) => !isOpen))
      context.log.warn(
        'state-closed',
        `What ${unit}.service has set aside in ${root} can't be read by this user: run it with sudo.`,
      );
    const open = [places, ...scheduled.filter(({ isOpen }) => isOpen)];
    return open.map(({ profileFolder }) => profileFolder(profile));
  }
  const destination = await askedDestination(asked);
  if (destination !== undefined) return [places.destinationFolder(destination)];
  return (await destinationFolders(places)).map(({ folder }) => folder);
}

/** Where the flags or the profile deliver to, where they say it. */
async function askedDestination({ context, options }: Asked): Promise<Destination | undefined> {
  const { to, endpointUrl } = options;
  if (typeof to !== 'string') return undefined;
  return findDestination(parseStoreAddress(to), endpointUrl, context);
}

/** The commands that replay what was to go to these destinations, under the flags that were given. */
export async function replayCommands(
  destinations: readonly Destination[],
  { flags, ...asked }: Asked & Pick<Invocation, 'flags'>,
): Promise<string[]> {
  const ofProfile = asked.profile === undefined ? undefined : await askedDestination(asked);
  const same = ['config', 'profile', 'quarantine'].flatMap((flag) =>
    (flags[flag] ?? []).flatMap((word) => [`--${flag}`, word]),
  );
  return destinations.map((destination) => {
    const isSaid = destination.id === ofProfile?.id && flags['to'] === undefined;
    const words = [...same, ...(isSaid ? [] : destinationFlags(destination))];
    return ['audit-export quarantine replay', ...words.map(shellWord)].join(' ');
  });
}
