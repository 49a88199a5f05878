import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unfinishedName } from '../../core/layout/own-names.ts';
import type { ProcessIdentity } from './state/lock/process-identity.ts';
import { isRunning, thisProcess } from './state/lock/process-identity.ts';

/** Of a process that can't be looked at from here (another boot, machine or container), what is young is left alone. */
const abandonedMs = 3_600_000;

let self: Promise<ProcessIdentity> | undefined;

/** A new name for a file of this process that is being written in a folder. */
export async function unfinishedPath(folder: string): Promise<string> {
  const mine = await (self ??= thisProcess());
  const { pid, startTicks = '' } = mine;
  const random = randomBytes(6).toString('hex');
  return join(folder, `.unfinished-${machineOf(mine)}-${pid}-${startTicks}-${random}`);
}

/** Removes what processes that were killed have left in a folder. What can't be listed or removed stays. */
export async function removeAbandoned(folder: string): Promise<void> {
  const mine = await (self ??= thisProcess());
  for (const name of await readdir(folder).catch(() => [])) {
    const [, machine, pid, startTicks] = unfinishedName.exec(name) ?? [];
    if (pid === undefined) continue;
    const owner = { ...mine, pid: Number(pid), startTicks: startTicks === '' ? undefined : startTicks };
    const runs = machine === machineOf(mine) ? await isRunning(owner, mine) : undefined;
    const path = join(folder, name);
    if (runs ?? !(await isOld(path))) continue;
    await rm(path, { force: true }).catch(() => undefined);
  }
}

/** Where a process id counts: eight hex digits for a boot and a PID namespace, or for a host where those are not told. */
function machineOf({ bootId, pidNamespace, host }: ProcessIdentity): string {
  const where = bootId === undefined ? ['host', host] : [bootId, pidNamespace];
  return createHash('sha256').update(JSON.stringify(where)).digest('hex').slice(0, 8);
}

async function isOld(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > abandonedMs;
}
