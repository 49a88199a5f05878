import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { link, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../make-folder.ts';
import { removeAbandoned, unfinishedPath } from '../unfinished-files.ts';

const bufferBytes = 256 * 1024;

/** Writes one list of quarantined lines, named after its content. Nothing is written before the first record. */
export class QuarantineList {
  readonly #folder: string;
  readonly #hash = createHash('sha256');
  #open: { file: FileHandle; path: string } | undefined;
  #buffered: string[] = [];
  #bufferedBytes = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Bytes of records that are not written yet. */
  get waitingBytes(): number {
    return this.#bufferedBytes;
  }

  /** Adds a record with its line end. Throws what the file system throws. */
  async add(record: string): Promise<void> {
    if (this.#open === undefined) {
      const path = await newListPath(this.#folder);
      this.#open = { file: await open(path, 'wx', 0o600), path };
    }
    this.#buffered.push(record);
    this.#bufferedBytes += record.length;
    if (this.#bufferedBytes > bufferBytes) await this.#flush();
  }

  /** Makes the list durable and answers with its path; undefined where there is no record. */
  async seal(): Promise<string | undefined> {
    if (this.#open === undefined) return undefined;
    const { file, path } = this.#open;
    await this.#flush();
    await file.sync();
    await file.close();
    return giveName(path, join(this.#folder, `${this.#hash.digest('hex').slice(0, 32)}.jsonl`));
  }

  async #flush(): Promise<void> {
    const text = this.#buffered.join('');
    this.#buffered = [];
    this.#bufferedBytes = 0;
    this.#hash.update(text);
    await this.#open?.file.writeFile(text);
  }
}

/** A name for a file that is being written, in the folder, which is made if need be. */
export async function newListPath(folder: string): Promise<string> {
  await makeFolder(folder, 0o700);
  await removeAbandoned(folder);
  return unfinishedPath(folder);
}

/** Gives a finished file its name, which is its content: if that is taken, the same content is there already. */
export async function giveName(unfinished: string, path: string): Promise<string> {
  await link(unfinished, path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  await rm(unfinished, { force: true });
  return path;
}
