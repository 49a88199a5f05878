import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolder } from './make-folder.ts';

/** Who has a lock. `process` tells two processes apart that had the same id one after the other, where the system says. */
export interface LockHolder {
  token: string;
  pid: number;
  host: string;
  process: string | undefined;
  startedAt: string;
}

/** A lock of another machine (on a shared volume) counts for so long after it was last renewed. */
const foreignMs = 60_000;
const renewMs = 10_000;
const pauseMs = 100;

/**
 * Takes a lock file for this process; waits up to `waitMs` while another has it. Answers with what gives it back, or with
 * who has it. A lock whose holder was killed counts for nothing. Throws what the file system throws.
 */
export async function takeLock(
  path: string,
  waitMs: number,
  signal: AbortSignal,
): Promise<{ release: () => Promise<void> } | { holder: LockHolder }> {
  await makeFolder(dirname(path), 0o700);
  const until = Date.now() + waitMs;
  for (;;) {
    const mine = await thisProcess();
    if (await claim(path, mine)) return { release: keep(path, mine) };
    const holder = await readHolder(path);
    if (holder === undefined) continue;
    if (await isGone(path, holder)) await remove(path, holder);
    else if (Date.now() >= until || signal.aborted) return { holder };
    else await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Who has a lock now; undefined if nobody has. */
export async function lockHolder(path: string): Promise<LockHolder | undefined> {
  const holder = await readHolder(path);
  return holder === undefined || (await isGone(path, holder)) ? undefined : holder;
}

async function thisProcess(): Promise<LockHolder> {
  return {
    token: randomUUID(),
    pid: process.pid,
    host: hostname(),
    process: await processMark(process.pid),
    startedAt: new Date().toISOString(),
  };
}

/** The lock appears with its content or not at all. */
async function claim(path: string, mine: LockHolder): Promise<boolean> {
  const draft = `${path}.${mine.token}`;
  await writeFile(draft, JSON.stringify(mine), { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

function keep(path: string, mine: LockHolder): () => Promise<void> {
  const renewal = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, renewMs);
  renewal.unref();
  return async () => {
    clearInterval(renewal);
    await remove(path, mine);
  };
}

async function readHolder(path: string): Promise<LockHolder | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : parseHolder(text);
}

/** A power cut may leave a lock without its content: nobody has it. */
function parseHolder(text: string): LockHolder {
  try {
    return JSON.parse(text) as LockHolder;
  } catch {
    return { token: '', pid: 0, host: hostname(), process: undefined, startedAt: '' };
  }
}

async function isGone(path: string, { pid, host, process: mark }: LockHolder): Promise<boolean> {
  if (host !== hostname()) {
    const found = await stat(path).catch(() => undefined);
    return found !== undefined && Date.now() - found.mtimeMs > foreignMs;
  }
  return pid === 0 || !isAlive(pid) || (mark !== undefined && (await processMark(pid)) !== mark);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Linux: the boot and the moment in it when a process was started (proc_pid_stat(5), field 22). Elsewhere undefined. */
async function processMark(pid: number): Promise<string | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    const startTicks = text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
    return `${boot} ${startTicks}`;
  } catch {
    return undefined;
  }
}

/** Removes a lock if it is still that holder's: what was moved aside by mistake is put back. */
async function remove(path: string, holder: LockHolder): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = await readHolder(aside);
  if (moved?.token !== holder.token) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}
