import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { StoredObject, StoreReader } from '../../../ports/store/store-reader.ts';
import { removeAbandoned, unfinishedPath } from '../unfinished-files.ts';

/**
 * Copies of objects on this machine, under their own names. Those say their content by a hash, so a copy is never stale; whoever wants
 * the room back removes the folder.
 */
export class ObjectCache {
  readonly #folder: string;
  readonly #reader: Pick<StoreReader, 'read'>;

  constructor(folder: string, reader: Pick<StoreReader, 'read'>) {
    this.#folder = folder;
    this.#reader = reader;
  }

  /** The path of an object's copy, made now if there is none; it is there whole or not at all. Throws what reading throws. */
  async pathOf({ key, size }: Pick<StoredObject, 'key' | 'size'>): Promise<string> {
    const path = join(this.#folder, basename(key));
    const kept = await stat(path).catch(() => undefined);
    if (kept?.size === size) return path;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await removeAbandoned(this.#folder);
    const unfinished = await unfinishedPath(this.#folder);
    try {
      await pipeline(Readable.from(this.#reader.read(key)), createWriteStream(unfinished, { mode: 0o600 }));
      await rename(unfinished, path);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
    return path;
  }
}
