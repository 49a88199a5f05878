import { randomUUID } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../fs/make-folder.ts';

/** Where the bytes of objects lie. Content is never changed once it is in. */
export interface BlobStore {
  /** Takes the bytes over (the caller does not touch them again) and answers with the blob's id. */
  put(bytes: Buffer): Promise<string>;
  get(id: string): Promise<Buffer>;
  delete(id: string): Promise<void>;
}

/** Keeps everything in memory. */
export class MemoryBlobStore implements BlobStore {
  readonly #blobs = new Map<string, Buffer>();
  #last = 0;

  async put(bytes: Buffer): Promise<string> {
    this.#last += 1;
    const id = String(this.#last);
    this.#blobs.set(id, bytes);
    return await Promise.resolve(id);
  }

  async get(id: string): Promise<Buffer> {
    return await Promise.resolve(this.#blobs.get(id) ?? Buffer.alloc(0));
  }

  async delete(id: string): Promise<void> {
    this.#blobs.delete(id);
    await Promise.resolve();
  }
}

/** Keeps one file a blob. */
export class FolderBlobStore implements BlobStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(bytes: Buffer): Promise<string> {
    const id = randomUUID();
    await makeFolder(this.#folder);
    await writeFile(join(this.#folder, id), bytes, { flag: 'wx' });
    return id;
  }

  async get(id: string): Promise<Buffer> {
    return await readFile(join(this.#folder, id));
  }

  async delete(id: string): Promise<void> {
    await rm(join(this.#folder, id), { force: true });
  }
}
