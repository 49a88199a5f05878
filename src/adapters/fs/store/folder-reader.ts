import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unfinishedName } from '../../../core/layout/own-names.ts';
import { AuditExportError } from '../../../errors.ts';
import type { StoredObject, StoreReader } from '../../../ports/store/store-reader.ts';
import { broken, unreadable } from '../read-file.ts';
import { readWholeFile } from '../read-whole-file.ts';

const errno = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

/** One name of a folder, as keys have it: a folder ends with a slash. */
interface Entry {
  name: string;
  isFolder: boolean;
}

/**
 * A folder for readers: the store of `push --to FOLDER`, or a copy of a bucket. Linked files are files, linked folders are not
 * followed; files that a delivery has not finished are left out.
 */
export class FolderReader implements StoreReader {
  readonly location: string;
  readonly #root: string;

  /** `root` is where the folder is, if that is not `location` below the process's own. */
  constructor(location: string, root = location) {
    this.location = location;
    this.#root = root;
  }

  list(prefix: string, { startAfter = '' }: { startAfter?: string } = {}): AsyncGenerator<StoredObject> {
    return this.#walk('', { prefix, startAfter });
  }

  async *read(key: string): AsyncGenerator<Buffer> {
    const path = this.#pathOf(key);
    try {
      yield* readWholeFile(path);
    } catch (error) {
      throw asReader(error, path);
    }
  }

  async close(): Promise<void> {}

  /** A key is data: it leads nowhere but below the folder. */
  #pathOf(key: string): string {
    const names = key.split('/');
    if (names.some((name) => name === '' || name === '.' || name === '..' || name.includes('\0')))
      throw gone(join(this.#root, key), undefined);
    return join(this.#root, ...names);
  }

  async *#walk(folder: string, wanted: { prefix: string; startAfter: string }): AsyncGenerator<StoredObject> {
    for (const { name, isFolder } of await this.#entries(folder)) {
      const key = `${folder}${name}`;
      if (isFolder) {
        if (mayHold(key, wanted)) yield* this.#walk(key, wanted);
      } else if (key.startsWith(wanted.prefix) && isBehind(key, wanted.startAfter)) {
        const object = await this.#look(key);
        if (object !== undefined) yield object;
      }
    }
  }

  /** In the order of the bytes of keys, in which a folder counts with its slash. */
  async #entries(folder: string): Promise<Entry[]> {
    const path = join(this.#root, folder);
    const found = await readdir(path, { withFileTypes: true }).catch((error: unknown): Dirent[] => {
      if (errno(error) === 'ENOENT') return [];
      throw denied(path, error);
    });
    return found
      .filter(({ name }) => !unfinishedName.test(name))
      .map((entry) => {
        const isFolder = entry.isDirectory();
        const name = isFolder ? `${entry.name}/` : entry.name;
        return { name, isFolder, bytes: Buffer.from(name) };
      })
      .sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  }

  async #look(key: string): Promise<StoredObject | undefined> {
    const path = join(this.#root, key);
    const found = await stat(path).catch((error: unknown) => {
      if (errno(error) === 'ENOENT') return undefined;
      throw denied(path, error);
    });
    if (found?.isFile() !== true) return undefined;
    const { size, mtimeMs } = found;
    return { key, size, modifiedMs: Math.floor(mtimeMs), revision: `${size}-${mtimeMs}` };
  }
}

/** Whether a folder can hold keys that are wanted. */
function mayHold(folder: string, { prefix, startAfter }: { prefix: string; startAfter: string }): boolean {
  const reaches = folder.startsWith(prefix) || prefix.startsWith(folder);
  return reaches && (startAfter.startsWith(folder) || isBehind(folder, startAfter));
}

function isBehind(key: string, startAfter: string): boolean {
  return startAfter === '' || Buffer.compare(Buffer.from(key), Buffer.from(startAfter)) > 0;
}

/** What reading a file fails with, as all readers say it. */
function asReader(error: unknown, path: string): AuditExportError {
  if (['ENOENT', 'ENOTDIR'].includes(errno(error))) return gone(path, error);
  if (['EACCES', 'EPERM'].includes(errno(error))) return denied(path, error);
  return (error as NodeJS.ErrnoException).syscall === 'open' ? unreadable(path, error) : broken(path, error);
}

function gone(path: string, cause: unknown): AuditExportError {
  return new AuditExportError('source-unreadable', `${path} can't be read: there is no such file.`, {
    cure: 'Check the path; it may have been moved or deleted.',
    details: { gone: true },
    cause,
  });
}

function denied(path: string, error: unknown): AuditExportError {
  const isDenied = ['EACCES', 'EPERM'].includes(errno(error));
  return new AuditExportError(
    isDenied ? 'access-denied' : 'source-unreadable',
    `${path} can't be read: ${(error as Error).message}.`,
    { cure: 'Give this user the right to read there, or name another folder.', cause: error },
  );
}
