import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/** What tells a process apart from all others, of other boots, containers and machines too. */
export interface ProcessIdentity {
  /** Linux: which boot of which machine. */
  bootId: string | undefined;
  /** Linux: where its process id is valid. */
  pidNamespace: string | undefined;
  pid: number;
  /** Linux: clock ticks from boot to its start (proc_pid_stat(5), field 22). */
  startTicks: string | undefined;
  host: string;
}

/** The process that this code runs in. */
export async function thisProcess(): Promise<ProcessIdentity> {
  const own = await statOf('self');
  // Another namespace's /proc may be mounted here: what it says is not about our process ids.
  const isOurs = own?.pid === process.pid;
  const bootId = await thisBoot();
  const pidNamespace = isOurs ? await readlink('/proc/self/ns/pid').catch(() => undefined) : undefined;
  return { bootId, pidNamespace, pid: process.pid, startTicks: own?.startTicks, host: hostname() };
}

/** Which boot of this machine; undefined where the system does not say. */
export async function thisBoot(): Promise<string | undefined> {
  const text = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => undefined);
  return text?.trim();
}

/** Whether a process runs; undefined where it can't be known from here (another boot, machine or container). */
export async function isRunning(other: ProcessIdentity, mine: ProcessIdentity): Promise<boolean | undefined> {
  const { bootId, pidNamespace, pid, startTicks } = other;
  if (bootId !== mine.bootId || pidNamespace !== mine.pidNamespace) return undefined;
  const isPlain = bootId === undefined && pidNamespace === undefined;
  // Without /proc the name of the machine is all there is.
  if (isPlain) return other.host === mine.host ? hasPid(pid) : undefined;
  if (bootId === undefined || pidNamespace === undefined) return undefined;
  const found = await statOf(pid);
  // /proc may hide the processes of other users (hidepid).
  if (found === undefined) return hasPid(pid);
  return found.startTicks === startTicks && !found.hasEnded;
}

function hasPid(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function statOf(
  pid: number | 'self',
): Promise<{ pid: number; startTicks: string | undefined; hasEnded: boolean } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // Field 2 is the name of the program, in parentheses, and may hold anything. Field 3 is the state.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // Z, X: it has ended, and its parent has not asked how.
  return { pid: Number.parseInt(text, 10), startTicks: fields[19], hasEnded: /[ZXx]/.test(fields[0] ?? '') };
}
