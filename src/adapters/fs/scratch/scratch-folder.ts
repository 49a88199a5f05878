import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessIdentity } from '../state/lock/process-identity.ts';
import { isRunning, thisProcess } from '../state/lock/process-identity.ts';

/**
 * Makes a folder for what is needed only while this process runs. Its name says whose it is, so that what a killed run left
 * behind is known by the next one, which removes it first: what is of a process that has certainly ended, and of this user.
 */
export async function makeScratchFolder(parent: string, prefix: string): Promise<string> {
  const mine = await thisProcess();
  await removeAbandoned(parent, prefix, mine);
  return mkdtemp(join(parent, `${prefix}-${nameOf(mine)}-`));
}

async function removeAbandoned(parent: string, prefix: string, mine: ProcessIdentity): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    const owner = name.startsWith(`${prefix}-`)
      ? ownerIn(name.slice(prefix.length + 1), mine.host)
      : undefined;
    if (owner === undefined || (await isRunning(owner, mine)) !== false) continue;
    const folder = join(parent, name);
    const found = await lstat(folder).catch(() => undefined);
    if (found?.isDirectory() !== true || found.uid !== process.getuid?.()) continue;
    // What can't be removed is somebody else's trouble, not this run's.
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

function nameOf({ bootId = '', pidNamespace = '', pid, startTicks = '' }: ProcessIdentity): string {
  return [bootId, pidNamespace.replaceAll(/\D/g, ''), pid, startTicks].join('.');
}

/** The process that a name tells of; undefined where it does not tell enough to be certain. */
function ownerIn(name: string, host: string): ProcessIdentity | undefined {
  const [, bootId, space = '', pid, startTicks] =
    /^([0-9a-f-]{36})\.(\d+)\.(\d+)\.(\d+)-[A-Za-z0-9]{6}$/.exec(name) ?? [];
  if (bootId === undefined) return undefined;
  return { bootId, pidNamespace: `pid:[${space}]`, pid: Number(pid), startTicks, host };
}
