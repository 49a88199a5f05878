import { constants } from 'node:fs';
import { access, link, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AuditExportError } from '../../../errors.ts';
import type { FinishedObject, ObjectStore, PutStatus } from '../../../ports/store/object-store.ts';
import { PutFailure } from '../../../ports/store/put-failure.ts';
import type { PutFailureCause } from '../../../ports/store/put-failure.ts';
import { makeFolder } from '../make-folder.ts';
import { unlessGone } from '../state/disk-bytes.ts';
import { removeAbandoned, unfinishedPath } from '../unfinished-files.ts';

const errno = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

/**
 * A local folder as store. An object is written under a temporary name, synced, and linked to its real name: the link
 * is atomic and fails if the name is taken, which makes it the folder's `If-None-Match: *`.
 */
export class FolderStore implements ObjectStore {
  readonly location: string;
  readonly prefix = '';
  readonly #root: string;
  readonly #known = new Map<string, Promise<void>>();
  /** Folders in which something was made that may not be durable yet. */
  readonly #unsynced = new Set<string>();

  /** `root` is where the folder is, if that is not below the process's own. */
  constructor(folder: string, root = resolve(folder)) {
    this.location = folder;
    this.#root = root;
  }

  async put({ key, body }: FinishedObject): Promise<PutStatus> {
    const path = join(this.#root, key);
    try {
      return await this.#putFile(path, body);
    } catch (error) {
      const maybeStored = this.#unsynced.has(dirname(path)) && (await exists(path));
      throw new PutFailure(failed(this.location, key, error), {
        cause: causes[errno(error)] ?? 'final',
        maybeStored,
      });
    }
  }

  async replace({ key, body }: FinishedObject): Promise<void> {
    const path = join(this.#root, key);
    try {
      await this.#replaceFile(path, body);
    } catch (error) {
      const cause = causes[errno(error)] ?? 'final';
      throw new PutFailure(failed(this.location, key, error), { cause, maybeStored: true });
    }
  }

  async read(key: string): Promise<Buffer | undefined> {
    return readFile(join(this.#root, key)).catch(unlessGone);
  }

  async close(): Promise<void> {}

  async #replaceFile(path: string, body: Buffer): Promise<void> {
    const folder = dirname(path);
    await this.#makeFolder(folder);
    const unfinished = await unfinishedPath(folder);
    try {
      await writeSynced(unfinished, body);
      await rename(unfinished, path);
      await syncFolder(folder);
    } finally {
      await rm(unfinished, { force: true });
    }
  }

  async #putFile(path: string, body: Buffer): Promise<PutStatus> {
    const folder = dirname(path);
    await this.#makeFolder(folder);
    if (await exists(path)) return this.#alreadyThere(folder);
    const unfinished = await unfinishedPath(folder);
    try {
      await writeSynced(unfinished, body);
      const status = await linkOnce(unfinished, path);
      if (status === 'already-there') return await this.#alreadyThere(folder);
      await this.#sync(folder);
      return status;
    } finally {
      await rm(unfinished, { force: true });
    }
  }

  /** What a put before this one linked, but could not sync, must not be taken for durable. */
  async #alreadyThere(folder: string): Promise<PutStatus> {
    if (this.#unsynced.has(folder)) await syncFolder(folder);
    return 'already-there';
  }

  async #sync(folder: string): Promise<void> {
    await syncFolder(folder).catch((error: unknown) => {
      this.#unsynced.add(folder);
      throw error;
    });
  }

  async #makeFolder(folder: string): Promise<void> {
    let made = this.#known.get(folder);
    if (made === undefined) {
      made = this.#makeFolderOnce(folder).catch((error: unknown) => {
        this.#known.delete(folder);
        this.#unsynced.add(folder);
        throw error;
      });
      this.#known.set(folder, made);
    }
    await made;
  }

  async #makeFolderOnce(folder: string): Promise<void> {
    const first = await makeFolder(folder);
    // A new folder is durable once the folders above it are; after a try that failed any of them may be new.
    const highest = this.#unsynced.has(folder) ? this.#root : first;
    if (highest === undefined) {
      await removeAbandoned(folder);
      return;
    }
    for (let at = folder; at.length >= highest.length; at = dirname(at)) await syncFolder(dirname(at));
  }
}

/**
 * Opens a folder as store; it is made when the first object is. Throws before anything is read: `usage` where a file is in
 * the way, `access-denied` where this user may not write.
 */
export async function openFolderStore(folder: string, workingFolder = '.'): Promise<FolderStore> {
  const whole = resolve(workingFolder, folder);
  let above = whole;
  let found = await stat(above).catch(() => undefined);
  while (found === undefined && dirname(above) !== above) {
    above = dirname(above);
    found = await stat(above).catch(() => undefined);
  }
  if (found?.isDirectory() === false) {
    throw new AuditExportError('usage', `${folder} can't be the store: ${above} is a file.`, {
      cure: 'Name a folder with --to.',
    });
  }
  await access(above, constants.W_OK).catch((error: unknown) => {
    throw new AuditExportError('access-denied', `${folder} can't be written: ${(error as Error).message}.`, {
      cure: 'Give this user the right to write there, or name another folder with --to.',
      cause: error,
    });
  });
  return new FolderStore(folder, whole);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function writeSynced(path: string, body: Buffer): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(body);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Gives the file its real name unless that is taken. Where a file system has no links, renaming is as atomic. */
async function linkOnce(unfinished: string, path: string): Promise<PutStatus> {
  try {
    await link(unfinished, path);
    return 'stored';
  } catch (error) {
    if (errno(error) === 'EEXIST' && (await exists(path))) return 'already-there';
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(errno(error))) throw error;
  }
  if (await exists(path)) return 'already-there';
  await rename(unfinished, path);
  return 'stored';
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some file systems sync folders on their own and refuse to be told.
    if (!['EINVAL', 'EPERM', 'ENOTSUP'].includes(errno(error))) throw error;
  } finally {
    await handle.close();
  }
}

/** What an error of the file system means for another try; whatever is not named can only fail again. */
const causes: Readonly<Record<string, PutFailureCause>> = {
  ENOSPC: 'server',
  EDQUOT: 'server',
  EIO: 'server',
  EAGAIN: 'server',
  EBUSY: 'server',
  EMFILE: 'server',
  ENFILE: 'server',
  // A network file system that is away for a while.
  ETIMEDOUT: 'server',
  ESTALE: 'server',
  EHOSTDOWN: 'server',
  EHOSTUNREACH: 'server',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'denied',
};

function failed(location: string, key: string, error: unknown): AuditExportError {
  const inTheWay =
    'A part of the path is a file, or a folder has the name of an object: move it, or name another folder with --to.';
  const noRight = 'Give this user the right to write there, or name another folder with --to.';
  const full = 'Free disk there and run it again.';
  const cures: Record<string, string> = {
    ENOSPC: full,
    EDQUOT: full,
    EACCES: noRight,
    EPERM: noRight,
    EROFS: 'The file system is read-only: name another folder with --to.',
    ENOTDIR: inTheWay,
    EEXIST: inTheWay,
    EISDIR: inTheWay,
  };
  const code = errno(error);
  return new AuditExportError(
    'store-failed',
    `${key} could not be written below ${location}: ${(error as Error).message}.`,
    {
      cure: cures[code] ?? 'Run it again: what is stored already will not be stored twice.',
      cause: error,
    },
  );
}
