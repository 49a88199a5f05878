import { existsSync, readFileSync } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { readConfigFile } from '../adapters/fs/config-file.ts';
import { QuarantineFolderShelf } from '../adapters/fs/quarantine-shelf.ts';
import { lockHolder } from '../adapters/fs/run-lock.ts';
import type { StatePlaces } from '../adapters/fs/state/state-places.ts';
import { destinationFolders, profileFolders, statePlaces } from '../adapters/fs/state/state-places.ts';
import type { LockNote, NamedPlace, SpoolLook, StatusHost } from '../commands/status/status-host.ts';
import type { ChosenProfile } from '../core/config/parse-config.ts';
import { chooseProfile, parseConfig } from '../core/config/parse-config.ts';
import type { GlobalOptions } from '../core/config/global-settings.ts';
import { parseStoreAddress } from '../core/config/store-address.ts';
import type { LooksAlive } from '../core/runs/run-states.ts';
import { openRunHistory } from './run-history-context.ts';
import { findDestination } from './state-context.ts';
import type { CliContext } from './terminal-context.ts';

/** Hands `status` the real world. */
export function buildStatusHost(context: CliContext, options: GlobalOptions): StatusHost {
  return {
    clock: { now: () => Date.now() },
    places: () => findPlaces(context, options),
    looksAlive,
    look: ({ profile, destination, folder }) => {
      const quarantine = profile?.['quarantine'];
      const kept =
        destination === undefined ? undefined : statePlaces(context).destinationFolder(destination);
      return {
        history: openRunHistory(folder, context),
        shelf: new QuarantineFolderShelf(
          typeof quarantine === 'string' ? quarantine : join(folder, 'quarantine'),
        ),
        locks: async () => (kept === undefined ? [] : findLocks(kept)),
        spool: async () => (kept === undefined ? undefined : lookAtSpools(kept)),
        accessTest: () => readJson(join(folder, 'access-test.json')),
      };
    },
  };
}

/** The profile that was named, else all of the configuration, and what was delivered without one. */
async function findPlaces(context: CliContext, options: GlobalOptions): Promise<NamedPlace[]> {
  const { environment, workingFolder } = context;
  const found = await readConfigFile(options.config, environment, workingFolder);
  const config = found === undefined ? undefined : parseConfig(found.file, found.text);
  const placeOf = (chosen: ChosenProfile): Promise<NamedPlace> => placeOfProfile(chosen, context, options);
  if (options.profile !== undefined) {
    const chosen = chooseProfile(found?.file, config, options.profile);
    return chosen === undefined ? [] : [await placeOf(chosen)];
  }
  const places = statePlaces(context);
  const without = await placesWithoutProfile(places);
  if (found === undefined || config === undefined) return without;
  const names = Object.keys(config.profiles);
  const configured = names.map((name) => chooseProfile(found.file, config, name));
  // A profile that was removed from the configuration may still have lines in quarantine.
  const removed = (await profileFolders(places, found.file)).filter(({ name }) => !names.includes(name));
  return [
    ...(await Promise.all(configured.flatMap((chosen) => (chosen === undefined ? [] : [placeOf(chosen)])))),
    ...removed.map(({ name, configFile }): NamedPlace => {
      const folder = places.profileFolder({ name, configFile });
      return { name, profile: undefined, destination: undefined, folder };
    }),
    ...without,
  ];
}

async function placeOfProfile(
  { name, configFile, profile }: ChosenProfile,
  context: CliContext,
  { endpointUrl }: GlobalOptions,
): Promise<NamedPlace> {
  const folder = statePlaces(context).profileFolder({ name, configFile });
  const destination =
    profile.to === undefined
      ? undefined
      : await findDestination(parseStoreAddress(profile.to), endpointUrl ?? profile.endpointUrl, context);
  return { name, profile, destination, folder };
}

/** What runs leave that have no profile; a journal alone may be that of any profile. */
const keptWithoutProfile = ['runs.jsonl', 'quarantine', 'access-test.json'];

async function placesWithoutProfile(places: StatePlaces): Promise<NamedPlace[]> {
  const all = await destinationFolders(places);
  return all
    .filter(({ folder }) => keptWithoutProfile.some((name) => existsSync(join(folder, name))))
    .map(({ folder, destination }) => ({ name: undefined, profile: undefined, destination, folder }));
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

/** A profile has one lock; runs without one, and shards of one, have a lock for each destination. */
async function findLocks(folder: string): Promise<LockNote[]> {
  const ledgers = join(folder, 'ledger');
  const named = (await namesIn(ledgers)).filter((name) => name.endsWith('.lock'));
  const paths = [join(folder, 'lock'), ...named.map((name) => join(ledgers, name))];
  const holders = await Promise.all(paths.map(lockHolder));
  return holders.flatMap((holder) =>
    holder === undefined ? [] : [{ pid: holder.pid, host: holder.host, startedAt: holder.startedAt }],
  );
}

/** A profile has one spool; runs without one have a spool for each destination. */
async function lookAtSpools(folder: string): Promise<SpoolLook | undefined> {
  const spools = (await namesIn(folder)).filter((name) => /^spool(?:-|$)/.test(name));
  const looks = await Promise.all(spools.map((spool) => lookAtSpool(join(folder, spool))));
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
  const names = await namesIn(folder);
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

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch(absentAs(undefined));
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}

function absentAs<T>(value: T): (error: unknown) => T {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return value;
    throw error;
  };
}
