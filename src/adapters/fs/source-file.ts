import type { BigIntStats } from 'node:fs';
import { resolve } from 'node:path';
import type { SourceFile, StoredRange } from '../../ports/source.ts';
import { isCompressed } from './decompress.ts';
import { openFile, unreadable } from './read-file.ts';

/** What the ledger may look at of a regular file; nothing is opened before it asks. */
export function sourceFile(path: string, { dev, ino, size, mtimeMs }: BigIntStats): SourceFile {
  const inode = `${dev}:${ino}`;
  const bytes = (start: number, end: number): Promise<Buffer> => readBytes(path, inode, { start, end });
  return {
    path: resolve(path),
    inode,
    storedBytes: Number(size),
    modifiedMs: Number(mtimeMs),
    bytes,
    isCompressed: async () => isCompressed(await bytes(0, 4)),
  };
}

async function readBytes(path: string, inode: string, { start, end }: StoredRange): Promise<Buffer> {
  const file = await openFile(path, inode);
  try {
    const bytes = Buffer.alloc(Math.max(0, end - start));
    let done = 0;
    while (done < bytes.length) {
      const { bytesRead } = await file.read(bytes, done, bytes.length - done, start + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return bytes.subarray(0, done);
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    await file.close();
  }
}
