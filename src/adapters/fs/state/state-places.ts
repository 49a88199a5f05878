import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ProfilePlace, StatePlace } from '../../../core/config/destination.ts';
import { scheduledCommands, scheduleName } from '../../../core/schedule/schedule.ts';
import { AuditExportError } from '../../../errors.ts';
import { homeFolder } from '../home-folder.ts';
import { makeFolder } from '../make-folder.ts';
import { replaceFile } from '../replace-file.ts';
import { configPath } from './real-path.ts';
import type { Destination } from '../../../ports/store/destination.ts';

/** The process, as far as it says where state is. */
export interface StateSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingFolder: string;
  /** Where systemd keeps the state of system services (systemd.exec(5), StateDirectory=); `/var/lib` if missing. */
  readonly systemState?: string | undefined;
}

/** Where state is kept. */
export interface StatePlaces {
  /** `$XDG_STATE_HOME/audit-export`. */
  readonly root: string;
  /** Folder of what is known of a destination: journal, lock, spool. */
  readonly destinationFolder: (destination: Pick<Destination, 'id'>) => string;
  /** Folder of a profile: receipts, quarantine, runs, the last access test. */
  readonly profileFolder: (profile: ProfilePlace) => string;
  /** The profile's folder, or the destination's where there is no profile. */
  readonly folderOf: (place: StatePlace) => string;
}

/** Throws `state-not-written` where no folder can be named: there is neither XDG_STATE_HOME nor a home. */
export function statePlaces(surroundings: StateSurroundings): StatePlaces {
  return placesBelow(join(stateHome(surroundings), 'audit-export'), surroundings);
}

function placesBelow(root: string, { workingFolder }: StateSurroundings): StatePlaces {
  const destinationFolder: StatePlaces['destinationFolder'] = ({ id }) => join(root, 'destinations', id);
  const profileFolder = ({ name, configFile }: ProfilePlace): string =>
    join(root, 'profiles', `${name}-${fileMark(resolve(workingFolder, configFile))}`);
  return {
    root,
    destinationFolder,
    profileFolder,
    folderOf: ({ profile, destination }) =>
      profile === undefined ? destinationFolder(destination) : profileFolder(profile),
  };
}

/** State of a profile that a unit keeps which `schedule` has printed. */
export interface ScheduledPlaces extends StatePlaces {
  readonly unit: string;
  /** Whether this user may look into it. */
  readonly isOpen: boolean;
}

/** The state that the units of a profile have left, beside that of whoever asks. */
export function scheduledPlaces(profile: ProfilePlace, surroundings: StateSurroundings): ScheduledPlaces[] {
  const { systemState = '/var/lib' } = surroundings;
  const own = statePlaces(surroundings).root;
  return scheduledCommands.flatMap((command) => {
    const unit = scheduleName(profile.name, command);
    const places = placesBelow(join(systemState, unit, 'audit-export'), surroundings);
    const looked = places.root === own ? 'ENOENT' : errorOfLooking(places.profileFolder(profile));
    // A unit of another configuration has no folder of this one's profile.
    return looked === 'ENOENT' ? [] : [{ ...places, unit, isOpen: looked === undefined }];
  });
}

function errorOfLooking(folder: string): string | undefined {
  try {
    readdirSync(folder);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

/** $XDG_STATE_HOME, else where the XDG Base Directory Specification puts it. Throws `state-not-written`. */
export function stateHome({ environment, workingFolder }: StateSurroundings): string {
  const { XDG_STATE_HOME: given = '' } = environment;
  if (given !== '') return resolve(workingFolder, given);
  const home = homeFolder(environment);
  if (home !== undefined) return join(home, '.local', 'state');
  throw new AuditExportError(
    'state-not-written',
    'There is no place for state: neither XDG_STATE_HOME nor HOME is set, and this user has no home folder.',
    { cure: 'Set XDG_STATE_HOME to a folder that this user may write to.', details: { state: 'nowhere' } },
  );
}

/** 12 hex digits that tell one configuration file from another. */
export function fileMark(configFile: string): string {
  return createHash('sha256').update(configPath(configFile)).digest('hex').slice(0, 12);
}

/** What `destination.json` says of the folder that it lies in. */
export const destinationNote = 'destination.json';

/**
 * Makes the folder of a destination, with a note in it that says which destination it is; answers with its path. Throws
 * `state-not-written`.
 */
export async function openDestinationFolder(
  { id, text }: Destination,
  surroundings: StateSurroundings,
): Promise<string> {
  const folder = statePlaces(surroundings).destinationFolder({ id });
  try {
    await makeFolder(folder, 0o700);
    if ((await readDestination(folder)) === undefined)
      await replaceFile(join(folder, destinationNote), `${JSON.stringify({ id, text }, null, 2)}\n`);
    return folder;
  } catch (error) {
    throw new AuditExportError(
      'state-not-written',
      `State can't be kept in ${folder}: ${(error as Error).message}.`,
      {
        cure: 'Set XDG_STATE_HOME to a folder that this user may write to, or free disk there.',
        cause: error,
      },
    );
  }
}

/** The folders of all destinations that something is kept of, each with what its note says. */
export async function destinationFolders({
  root,
}: Pick<StatePlaces, 'root'>): Promise<{ folder: string; destination: Destination }[]> {
  const parent = join(root, 'destinations');
  const names = await foldersIn(parent);
  return Promise.all(
    names.map(async (id) => {
      const folder = join(parent, id);
      return { folder, destination: (await readDestination(folder)) ?? { id, text: id } };
    }),
  );
}

/** The state folders of profiles of one configuration file, by the profile's name. */
export async function profileFolders(
  { root }: Pick<StatePlaces, 'root'>,
  configFile: string,
): Promise<ProfilePlace[]> {
  const ending = `-${fileMark(configFile)}`;
  const names = await foldersIn(join(root, 'profiles'));
  return names.flatMap((name) =>
    name.endsWith(ending) ? [{ name: name.slice(0, -ending.length), configFile }] : [],
  );
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).toSorted();
}

/** Which destination a folder is of; undefined where nothing says so. */
export async function readDestination(folder: string): Promise<Destination | undefined> {
  try {
    const note: unknown = JSON.parse(await readFile(join(folder, destinationNote), 'utf8'));
    const { id, text } = note as Record<string, unknown>;
    return typeof id === 'string' && typeof text === 'string' ? { id, text } : undefined;
  } catch {
    return undefined;
  }
}
