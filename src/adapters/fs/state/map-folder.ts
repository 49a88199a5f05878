import { hash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AuditExportError } from '../../../errors.ts';
import { replaceFile } from '../replace-file.ts';

/** Copies of files, named by the SHA-256 of what they hold, in a folder of the state. */
export class MapFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Keeps a text, durable; again is free. Throws `state-not-written`. */
  async keep(sha256: string, text: string): Promise<void> {
    const file = join(this.#folder, sha256);
    if ((await this.read(sha256)) !== undefined) return;
    try {
      await replaceFile(file, text);
    } catch (error) {
      throw new AuditExportError('state-not-written', `${file} could not be written: ${String(error)}.`, {
        cure: 'Make room, or make the folder writable, and run it again.',
        cause: error,
      });
    }
  }

  /** Undefined where it is gone, or is something else. */
  async read(sha256: string): Promise<string | undefined> {
    const text = await readFile(join(this.#folder, sha256), 'utf8').catch(() => undefined);
    return text !== undefined && hash('sha256', text) === sha256 ? text : undefined;
  }

  /** Lets go of all others. */
  async keepOnly(these: ReadonlySet<string>): Promise<void> {
    const names = await readdir(this.#folder).catch(() => []);
    for (const name of names)
      if (/^[0-9a-f]{64}$/.test(name) && !these.has(name))
        await rm(join(this.#folder, name), { force: true });
  }
}
