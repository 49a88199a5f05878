import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Timer } from '../../../../ports/clock.ts';
import { syncFolder } from '../../replace-file.ts';
import { isDiskFull, unlessGone, writeAll } from '../disk-bytes.ts';
import { makeFolder } from '../../make-folder.ts';
import type { NumberedFile } from '../journal/numbered-files.ts';
import { numberedFiles, numberedPath, removeOlder } from '../journal/numbered-files.ts';
import { OwnerWatch } from './owner-watch.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { isRunning, thisProcess } from './process-identity.ts';

const renewMs = 10_000;
const pauseMs = 100;
/** What a lock is called that was given back. */
const free = '.free';
/** So large that a lock of any machine can be written over another's without new room. */
const fileBytes = 1024;

/** Who has a lock. */
export interface LockHolder extends ProcessIdentity {
  token: string;
  fence: number;
  /** ISO 8601, UTC. */
  startedAt: string;
}

export interface Ownership {
  /** Higher than that of every owner before. */
  fence: number;
  /** Gives it back; as often as one likes. */
  release: () => Promise<void>;
  /** Whether nobody took over, as happens to a process that stood still for longer than a minute. */
  isStillMine: () => Promise<boolean>;
}

export interface OwnershipRequest extends Timer {
  /** Milliseconds to wait while another has it. */
  waitMs: number;
  /** Ends the waiting. */
  signal: AbortSignal;
  /** The fence will be higher than this one, which a journal knows: locks may have been removed by hand. */
  above?: number;
}

/**
 * Takes a lock for this process, or says who has it. A lock is the file `<path>.<fence>` of the highest number: the next
 * owner makes the next number, which one alone can do, so nothing that a former owner does to its own file can revive it.
 * An owner that was killed counts for nothing; one that can't be looked at from here (another machine, boot or container)
 * counts until its file was not renewed for a minute of our own clock. Throws what the file system throws.
 */
export async function takeOwnership(
  path: string,
  { waitMs, signal, above = 0, now, sleep }: OwnershipRequest,
): Promise<Ownership | { holder: LockHolder }> {
  await makeFolder(dirname(path), 0o700);
  const mine = { ...(await thisProcess()), token: randomUUID(), startedAt: new Date(now()).toISOString() };
  const watch = new OwnerWatch(path, { mayWrite: true });
  const until = now() + waitMs;
  for (;;) {
    const lock = await readNewest(path);
    if (lock === undefined || (await isGone(lock, { mine, watch, now }))) {
      const fence = Math.max(lock?.number ?? 0, above) + 1;
      if (await claim(path, { ...mine, fence }, lock)) return keep(path, { ...mine, fence }, { now, sleep });
    } else if (now() >= until || signal.aborted) return { holder: lock.holder };
    else await sleep(pauseMs, signal);
  }
}

/** Who has a lock now; undefined if nobody has. Changes nothing. */
export async function lockHolder(path: string, now: () => number): Promise<LockHolder | undefined> {
  const lock = await readNewest(path);
  if (lock === undefined) return undefined;
  const watch = new OwnerWatch(path, { mayWrite: false });
  return (await isGone(lock, { mine: await thisProcess(), watch, now })) ? undefined : lock.holder;
}

interface Lock extends NumberedFile {
  holder: LockHolder;
}

/** The lock that counts, and whose it is; undefined if there never was one. */
async function readNewest(path: string): Promise<Lock | undefined> {
  for (;;) {
    const newest = await newestLock(path);
    if (newest === undefined) return undefined;
    const holder = await readHolder(newest);
    // One that is gone meanwhile has made room for a newer one.
    if (holder !== undefined) return { ...newest, holder };
  }
}

/** The lock that counts; where one number is there twice, the one that is held. */
async function newestLock(path: string): Promise<NumberedFile | undefined> {
  const locks = (await numberedFiles(path)).filter(({ suffix }) => suffix === '' || suffix === free);
  return locks.find(({ number, suffix }) => number === locks[0]?.number && suffix === '') ?? locks[0];
}

/** Undefined where it is gone meanwhile. */
async function readHolder({ path, number }: NumberedFile): Promise<LockHolder | undefined> {
  const text = await readFile(path, 'utf8').catch(unlessGone);
  if (text === undefined) return undefined;
  const holder = parseHolder(text);
  // One that is just being written over the lock before it does not say yet whose it is.
  return holder?.fence === number ? holder : unknownHolder(number);
}

function parseHolder(text: string): LockHolder | undefined {
  try {
    return JSON.parse(text) as LockHolder;
  } catch {
    return undefined;
  }
}

function unknownHolder(fence: number): LockHolder {
  const unknown = { bootId: 'unknown', pidNamespace: undefined, pid: 0, startTicks: undefined };
  return { ...unknown, host: 'unknown', token: 'unknown', fence, startedAt: 'unknown' };
}

async function isGone(
  lock: Lock,
  { mine, watch, now }: { mine: ProcessIdentity; watch: OwnerWatch; now: () => number },
): Promise<boolean> {
  if (lock.suffix === free) return true;
  const running = await isRunning(lock.holder, mine);
  if (running !== undefined) return !running;
  const found = await stat(lock.path).catch(unlessGone);
  const seen = { token: `${lock.holder.token} ${lock.number}`, mtimeMs: found?.mtimeMs ?? 0 };
  return found !== undefined && watch.isGone(seen, now());
}

/** Makes the lock of the next number: with its content, or not at all. Says whether it is ours. */
async function claim(path: string, mine: LockHolder, before: NumberedFile | undefined): Promise<boolean> {
  const lock = numberedPath(path, mine.fence);
  const draft = numberedPath(path, mine.fence, `.${mine.token}`);
  const content = Buffer.from(JSON.stringify(mine).padEnd(fileBytes));
  try {
    await writeFile(draft, content, { mode: 0o600, flag: 'wx', flush: true });
    await link(draft, lock);
  } catch (error) {
    if (isLost(error)) return false;
    if (!isDiskFull(error) || before === undefined) throw error;
    if (!(await claimInPlace(before, lock, content))) return false;
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolder(dirname(path));
  // A number is free again once its lock was removed: only the highest counts.
  const rivals = await numberedFiles(path);
  if (rivals.some((rival) => rival.path !== lock && rival.number >= mine.fence && isLock(rival))) {
    await rm(lock, { force: true });
    return false;
  }
  await removeOlder(path, mine.fence);
  return true;
}

function isLock({ suffix }: NumberedFile): boolean {
  return suffix === '' || suffix === free;
}

/** Whether another was faster: it has the number, or removed our draft as one of the past. */
function isLost(error: unknown): boolean {
  return ['EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** On a full disk: the file of the lock before gets the next name, and is written over where it stands. */
async function claimInPlace(before: NumberedFile, lock: string, content: Buffer): Promise<boolean> {
  try {
    await link(before.path, lock);
  } catch (error) {
    if (isLost(error)) return false;
    throw error;
  }
  const file = await open(lock, 'r+');
  try {
    await writeAll(file, content, 0);
    await file.sync();
  } finally {
    await file.close();
  }
  return true;
}

function keep(path: string, mine: LockHolder, { now, sleep }: Timer): Ownership {
  const lock = numberedPath(path, mine.fence);
  const released = new AbortController();
  const isStillMine = async (): Promise<boolean> => {
    const newest = await newestLock(path);
    if (newest?.path !== lock) return false;
    return (await readHolder(newest))?.token === mine.token;
  };
  const renew = async (): Promise<void> => {
    while (!released.signal.aborted) {
      await sleep(renewMs, released.signal);
      if (released.signal.aborted) return;
      // The file of another owner has another name. A disk that fails now may not fail the next time.
      await utimes(lock, now() / 1000, now() / 1000).catch(() => undefined);
    }
  };
  renew().catch(() => undefined);
  return {
    fence: mine.fence,
    isStillMine,
    release: async () => {
      released.abort();
      await rename(lock, lock + free).catch(unlessGone);
    },
  };
}
