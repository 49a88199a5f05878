import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { FileSource } from '../../../core/files/look-at-content.ts';
import type { SourceFile } from '../../../ports/sources/source.ts';
import { decompress, isCompressed } from '../compression/decompress.ts';
import { bytesOf, openFile, readHandle, unreadable } from '../read-file.ts';

/** A file that is open while it is used: opened for it, or held open by somebody. */
export interface FileAccess {
  open: () => Promise<FileHandle>;
  done: (file: FileHandle) => Promise<void>;
  /** What stands in its place now. Throws where nothing does. */
  stat: () => Promise<BigIntStats>;
}

/** Opens the file with this inode at a path each time it is looked at, so that any number of files can be sources. */
export function accessByPath(path: string, inode: string): FileAccess {
  return {
    open: () => openFile(path, inode),
    done: (file) => file.close(),
    stat: () => stat(path, { bigint: true }),
  };
}

/** A regular file as a source. Throws `source-unreadable` where nothing can be said of it, and for what is no regular file. */
export async function fileSource(path: string): Promise<FileSource> {
  const found = await stat(path, { bigint: true }).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const real = await realpath(path).catch(() => resolve(path));
  return fileSourceOf(path, found, { real, access: accessByPath(path, inodeOf(found)) });
}

export function inodeOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

/** A regular file of which this is known, however it is opened. */
export function fileSourceOf(
  path: string,
  found: BigIntStats,
  { real, access }: { real: string; access: FileAccess },
): FileSource {
  const file = lookable(path, found, { real, access });
  return {
    name: path,
    storedBytes: file.storedBytes,
    file,
    read: (onStoredBytes, range = { start: 0, end: file.storedBytes }) => {
      const stored = (onBytes: (bytes: number) => void): AsyncIterable<Buffer> =>
        readHandle(path, access, { range, onStoredBytes: onBytes });
      if (range.start > 0) return stored(onStoredBytes);
      const chunkSize = chunkSizeFor(range.blockBytes ?? file.storedBytes);
      return decompress(path, stored(onStoredBytes), () => stored(() => undefined), chunkSize);
    },
  };
}

/** Room for what so many stored bytes may hold: small archives, and the beginnings of others, need little memory. */
function chunkSizeFor(storedBytes: number): number {
  return Math.max(16 * 1024, Math.min(8 * storedBytes, 256 * 1024));
}

function lookable(
  path: string,
  found: BigIntStats,
  { real, access }: { real: string; access: FileAccess },
): SourceFile {
  const storedBytes = Number(found.size);
  const sizeNow = async (): Promise<bigint | undefined> => {
    const now = await access.stat().catch(() => undefined);
    return now !== undefined && inodeOf(now) === inodeOf(found) ? now.size : undefined;
  };
  const bytes = async (start: number, end: number): Promise<Buffer> => {
    const file = await access.open();
    try {
      return await bytesOf(file, { start, end: Math.min(end, storedBytes) });
    } catch (error) {
      throw unreadable(path, error);
    } finally {
      await access.done(file);
    }
  };
  return {
    path: resolve(path),
    real,
    inode: inodeOf(found),
    storedBytes,
    modifiedMs: Number(found.mtimeMs),
    bytes,
    isCompressed: async () => isCompressed(await bytes(0, 4)),
    stands: async () => ((await sizeNow()) ?? -1n) >= found.size,
    grew: async () => ((await sizeNow()) ?? found.size) > found.size,
  };
}
