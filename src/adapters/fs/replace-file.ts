import { open, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from './make-folder.ts';
import { removeAbandoned, unfinishedPath } from './unfinished-files.ts';

const ownerOnly = 0o600;

/**
 * Writes a file whole or not at all, readable by its owner only: beside it first, then renamed. Its folders are made. A
 * link keeps pointing to what it points to. Throws what the file system throws.
 */
export async function replaceFile(file: string, text: string | AsyncIterable<Uint8Array>): Promise<void> {
  await makeFolder(dirname(file));
  const target = await realpath(file).catch(() => file);
  await removeAbandoned(dirname(target));
  const unfinished = await unfinishedPath(dirname(target));
  try {
    const handle = await open(unfinished, 'wx', ownerOnly);
    try {
      await writeFile(handle, text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(unfinished, target);
    await syncFolder(dirname(target));
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** Makes the names in a folder survive a power cut. Some file systems sync folders on their own and refuse to be told. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
