import { existsSync, readFileSync } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { configPlaces, readConfigFile } from '../../../adapters/fs/records/config-file.ts';
import { QuarantineFolderReader } from '../../../adapters/fs/quarantine/quarantine-folder-reader.ts';
import { lockHolder } from '../../../adapters/fs/state/lock/owner-lock.ts';
import {
  destinationFolders,
  profileFolders,
  scheduledPlaces,
  statePlaces,
} from '../../../adapters/fs/state/state-places.ts';
import type {
  FoundPlaces,
  LockNote,
  NamedPlace,
  PlaceLook,
  SpoolLook,
  StatusHost,
} from '../../../commands/status/status-host.ts';
import { destinationFlags } from '../../../core/config/destination.ts';
import type { ChosenProfile } from '../../../core/config/parse-config.ts';
import { chooseProfile, parseConfig } from '../../../core/config/parse-config.ts';
import type { GlobalOptions } from '../../../core/config/global-settings.ts';
import { parseStoreAddress } from '../../../core/config/store-address.ts';
import { shellWord } from '../../../core/language/shell-word.ts';
import type { LooksAlive } from '../../../core/runs/run-states.ts';
import type { Clock } from '../../../ports/clock.ts';
import { openJournalProblems } from './journal-problems-context.ts';
import { openRunHistory } from './run-history-context.ts';
import { findDestination } from './state-context.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';

/** Hands `status` the real world. */
export function buildStatusHost(context: CliContext, options: GlobalOptions): StatusHost {
  return {
    clock: context.clock,
    find: () => findPlaces(context, options),
    looksAlive,
    look: (place) => lookAt(place, context),
  };
}

function lookAt({ profile, folders, destinationFolders }: NamedPlace, context: CliContext): PlaceLook {
  const { quarantine } = profile ?? {};
  const own = typeof quarantine === 'string' ? [resolve(context.workingFolder, quarantine)] : [];
  const histories = folders.map((folder) => openRunHistory(folder, context));
  const kept = own.length > 0 ? own : folders.map((folder) => join(folder, 'quarantine'));
  return {
    history: { lines: async () => (await Promise.all(histories.map((history) => history.lines()))).flat() },
    quarantines: kept.map((folder) => new QuarantineFolderReader(folder)),
    journalProblems: openJournalProblems(destinationFolders, context.clock),
    locks: async () =>
      (await Promise.all(destinationFolders.map((folder) => findLocks(folder, context.clock)))).flat(),
    spool: () => lookAtSpools(destinationFolders),
    accessTest: () => firstJson(folders.map((folder) => join(folder, 'access-test.json'))),
  };
}

/** The profile that was named, else all of the configuration, and what was delivered without one. */
async function findPlaces(context: CliContext, options: GlobalOptions): Promise<FoundPlaces> {
  const { environment, workingFolder } = context;
  const lookedFor =
    options.config === undefined ? configPlaces(environment, workingFolder) : [options.config];
  const found = await readConfigFile(options.config, environment, workingFolder);
  const configuration = { file: found?.file ?? null, lookedFor };
  const config = found === undefined ? undefined : parseConfig(found.file, found.text);
  const chosen = (name: string): ChosenProfile[] => {
    const profile = chooseProfile(found?.file ?? lookedFor.join(' or '), config, name);
    return profile === undefined ? [] : [profile];
  };
  const names = options.profile === undefined ? Object.keys(config?.profiles ?? {}) : [options.profile];
  const places = await Promise.all(
    names.flatMap(chosen).map((profile) => placeOfProfile(profile, context, options)),
  );
  if (options.profile !== undefined) return { configuration, places };
  const removed = found === undefined ? [] : await removedProfiles(found.file, names, context);
  return { configuration, places: [...places, ...removed, ...(await placesWithoutProfile(context))] };
}

async function placeOfProfile(
  chosen: ChosenProfile,
  context: CliContext,
  { endpointUrl, config }: GlobalOptions,
): Promise<NamedPlace> {
  const { name, profile } = chosen;
  const own = statePlaces(context);
  const scheduled = scheduledPlaces(chosen, context);
  const open = [own, ...scheduled.filter(({ isOpen }) => isOpen)];
  const to = profile.to === undefined ? undefined : parseStoreAddress(profile.to);
  const destination =
    to === undefined ? undefined : await findDestination(to, endpointUrl ?? profile.endpointUrl, context);
  const flags = ['--profile', name, ...(config === undefined ? [] : ['--config', config])];
  const asked = ['--profile', name, '--config', resolve(context.workingFolder, chosen.configFile)];
  const asRoot = ['sudo audit-export status', ...asked.map(shellWord)].join(' ');
  return {
    name,
    profile,
    destination,
    folders: open.map(({ profileFolder }) => profileFolder(chosen)),
    destinationFolders:
      destination === undefined ? [] : open.map(({ destinationFolder }) => destinationFolder(destination)),
    flags,
    closed: scheduled.flatMap(({ unit, isOpen, root }) =>
      isOpen
        ? []
        : [{ message: `What ${unit}.service keeps in ${root} can't be read by this user.`, cure: asRoot }],
    ),
  };
}

/** A profile that was removed from the configuration may still have lines in quarantine. */
async function removedProfiles(
  configFile: string,
  names: readonly string[],
  context: CliContext,
): Promise<NamedPlace[]> {
  const places = statePlaces(context);
  const kept = await profileFolders(places, resolve(context.workingFolder, configFile));
  return kept
    .filter(({ name }) => !names.includes(name))
    .map((removed) =>
      barePlace({
        name: removed.name,
        folders: [places.profileFolder(removed)],
        flags: ['--profile', removed.name],
      }),
    );
}

/** An export that no configuration knows. */
function barePlace(known: Pick<NamedPlace, 'name' | 'folders' | 'flags'> & Partial<NamedPlace>): NamedPlace {
  return { profile: undefined, destination: undefined, destinationFolders: [], closed: [], ...known };
}

/** What runs leave that have no profile; a journal alone may be that of any profile. */
const keptWithoutProfile = ['runs.jsonl', 'quarantine', 'access-test.json'];

async function placesWithoutProfile(context: CliContext): Promise<NamedPlace[]> {
  const all = await destinationFolders(statePlaces(context));
  return all
    .filter(({ folder }) => keptWithoutProfile.some((name) => existsSync(join(folder, name))))
    .map(({ folder, destination }) =>
      barePlace({
        name: undefined,
        destination,
        folders: [folder],
        destinationFolders: [folder],
        flags: destinationFlags(destination),
      }),
    );
}

/** Signal 0 is sent to nobody: it only asks. A number that was given to a younger process since is seen by its age. */
const looksAlive: LooksAlive = ({ pid, host, startedAt }) => {
  if (host !== hostname()) return undefined;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const bornMs = processBirth(pid);
  return bornMs === undefined || bornMs < Date.parse(startedAt) + 2000;
};

/** When a process was started, epoch milliseconds, to the second; undefined where the system does not tell (proc(5)). */
function processBirth(pid: number): number | undefined {
  try {
    const bootSeconds = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'latin1'))?.[1]);
    // The second field is the name in brackets, which may hold anything; the 22nd is the start, in ticks of 10 ms.
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const ticks = Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[19]);
    return Number.isFinite(bootSeconds + ticks) ? bootSeconds * 1000 + ticks * 10 : undefined;
  } catch {
    return undefined;
  }
}

/** A destination has one journal, and one for each shard. */
async function findLocks(folder: string, { now }: Clock): Promise<LockNote[]> {
  const shards = join(folder, 'shards');
  const journals = [folder, ...(await namesIn(shards)).map((name) => join(shards, name))];
  const holders = await Promise.all(journals.map((journal) => lockHolder(join(journal, 'lock'), now)));
  return holders.flatMap((holder) =>
    holder === undefined ? [] : [{ pid: holder.pid, host: holder.host, startedAt: holder.startedAt }],
  );
}

/** What waits in the spools of destinations. */
async function lookAtSpools(folders: readonly string[]): Promise<SpoolLook | undefined> {
  const spools = folders.map((folder) => join(folder, 'spool')).filter((spool) => existsSync(spool));
  const looks = await Promise.all(spools.map(lookAtSpool));
  if (looks.length === 0) return undefined;
  const oldest = looks.flatMap(({ oldestMs }) => (oldestMs === undefined ? [] : [oldestMs]));
  return {
    files: looks.reduce((sum, { files }) => sum + files, 0),
    bytes: looks.reduce((sum, { bytes }) => sum + bytes, 0),
    oldestMs: oldest.length === 0 ? undefined : Math.min(...oldest),
  };
}

/** Segments come and go while one looks. */
async function lookAtSpool(folder: string): Promise<SpoolLook> {
  const names = (await namesIn(folder)).filter((name) => /\.(?:open|kept)$/.test(name));
  const stats = await Promise.all(names.map((name) => stat(join(folder, name)).catch(absentAs(undefined))));
  const files = stats.filter((file) => file?.isFile() === true && file.size > 0);
  const times = files.map((file) => file?.mtimeMs ?? 0);
  return {
    files: files.length,
    bytes: files.reduce((sum, file) => sum + (file?.size ?? 0), 0),
    oldestMs: times.length === 0 ? undefined : Math.min(...times),
  };
}

/** All that lies in a folder; nothing where there is none. */
async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = await readdir(folder).catch(absentAs([]));
  return names.toSorted();
}

/** What the first of these files holds that is there. */
async function firstJson(files: readonly string[]): Promise<unknown> {
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(absentAs(undefined));
    if (text !== undefined) return JSON.parse(text) as unknown;
  }
  return undefined;
}

function absentAs<T>(value: T): (error: unknown) => T {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return value;
    throw error;
  };
}
