import { readFileSync } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { readConfigFile, stateFolder } from '../adapters/fs/config-file.ts';
import { QuarantineFolderShelf } from '../adapters/fs/quarantine-shelf.ts';
import { lockHolder } from '../adapters/fs/run-lock.ts';
import type { LockNote, NamedProfile, SpoolLook, StatusHost } from '../commands/status/status-host.ts';
import type { Config } from '../core/config/parse-config.ts';
import { chooseProfile, parseConfig } from '../core/config/parse-config.ts';
import type { GlobalOptions } from '../core/config/global-settings.ts';
import type { LooksAlive } from '../core/runs/run-states.ts';
import { openRunHistory } from './run-history-context.ts';
import type { CliContext } from './terminal-context.ts';

/** The folder of the runs without a profile. */
const noProfile = 'default';

/** Hands `status` the real world. */
export function buildStatusHost(context: CliContext, options: GlobalOptions): StatusHost {
  const { environment } = context;
  return {
    clock: { now: () => Date.now() },
    profiles: () => findProfiles(context, options),
    looksAlive,
    look: ({ name, profile }) => {
      const folder = stateFolder(environment, name);
      const quarantine = profile?.['quarantine'];
      return {
        folder,
        history: openRunHistory(context, name),
        shelf: new QuarantineFolderShelf(
          typeof quarantine === 'string' ? quarantine : join(folder, 'quarantine'),
        ),
        locks: () => findLocks(folder),
        spool: () => lookAtSpools(folder),
        accessTest: () => readJson(join(folder, 'access-test.json')),
      };
    },
  };
}

/** The profile that was named, else all of the configuration, and the runs without one where there were any. */
async function findProfiles(
  { environment, workingFolder }: CliContext,
  options: GlobalOptions,
): Promise<NamedProfile[]> {
  const found = await readConfigFile(options.config, environment, workingFolder);
  const config = found === undefined ? undefined : parseConfig(found.file, found.text);
  if (options.profile !== undefined) {
    const chosen = chooseProfile(found?.file, config, options.profile);
    return chosen === undefined ? [] : [chosen];
  }
  const configured = profilesOf(config);
  const folders = await foldersIn(dirname(stateFolder(environment, noProfile)));
  const left = folders.filter((folder) => configured.every(({ name }) => name !== folder));
  // A profile that was removed from the configuration may still have lines in quarantine.
  const others = left.map((folder): NamedProfile => {
    return { name: folder === noProfile ? undefined : folder, profile: undefined };
  });
  return [...configured, ...others];
}

function profilesOf(config: Config | undefined): NamedProfile[] {
  return Object.entries(config?.profiles ?? {}).map(([name, profile]) => ({ name, profile }));
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

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(absentAs([]));
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).toSorted();
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
