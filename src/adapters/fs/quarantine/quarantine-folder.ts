import { createHash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import { lstat, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AuditExportError } from '../../../errors.ts';
import { giveName, QuarantineList, newListPath } from './quarantine-list.ts';
import type { Quarantine, QuarantinedLine } from '../../../ports/store/quarantine.ts';
import type { Destination } from '../../../ports/store/destination.ts';

/** Longer lines lie in a file of their own beside the list. */
const inlineBytes = 1024 * 1024;

/**
 * Writes the quarantine of one run: a JSON Lines file named after its content, so that the same bad lines of the same
 * source, pushed again, make the same file and not a second one. Nothing is written before the first bad line.
 */
export class QuarantineFolder implements Quarantine {
  readonly #folder: string | undefined;
  readonly #destination: Destination;
  #list: QuarantineList | undefined;
  #long: LongLine | undefined;

  /** Bad lines of what goes to `destination`; `folder` is undefined where none is named and state can't be kept. */
  constructor(folder: string | undefined, destination: Destination) {
    this.#folder = folder;
    this.#destination = destination;
  }

  async add(line: QuarantinedLine, bytes: Buffer): Promise<void> {
    await this.#guard(async (folder) => {
      const raw = await this.#rawOf(bytes, folder);
      this.#list ??= new QuarantineList(folder);
      await this.#list.add(`${JSON.stringify({ destination: this.#destination, ...line, ...raw })}\n`);
    });
  }

  async addPart(bytes: Buffer): Promise<void> {
    await this.#guard(async (folder) => {
      this.#long ??= await LongLine.begin(folder);
      await this.#long.add(bytes);
    });
  }

  async dropParts(): Promise<void> {
    const long = this.#long;
    this.#long = undefined;
    if (long !== undefined) await this.#guard(() => long.abandon());
  }

  async size(): Promise<number> {
    return this.#guard(async (folder) => {
      let bytes = this.#list?.waitingBytes ?? 0;
      for (const name of await readdir(folder).catch(noneIfMissing)) {
        const found = await lstat(join(folder, name)).catch(noneIfMissing);
        if ('size' in found && found.isFile()) bytes += found.size;
      }
      return bytes;
    });
  }

  async seal(): Promise<string | undefined> {
    await this.dropParts();
    const list = this.#list;
    if (list === undefined) return undefined;
    this.#list = undefined;
    return this.#guard(() => list.seal());
  }

  /** The member of a record that holds the bytes of the line: exactly recoverable, whatever they are. */
  async #rawOf(bytes: Buffer, folder: string): Promise<object> {
    if (this.#long === undefined && bytes.length <= inlineBytes) {
      return isUtf8(bytes) ? { raw: bytes.toString('utf8') } : { rawBase64: bytes.toString('base64') };
    }
    const long = this.#long ?? (await LongLine.begin(folder));
    this.#long = undefined;
    await long.add(bytes);
    return { rawFile: await long.end() };
  }

  async #guard<T>(work: (folder: string) => Promise<T>): Promise<T> {
    const folder = this.#folder;
    if (folder === undefined)
      throw new AuditExportError(
        'quarantine-failed',
        'A bad line could not be set aside: there is no place for state on this machine.',
        { cure: 'Name a folder with --quarantine, or set XDG_STATE_HOME, and run it again.' },
      );
    try {
      return await work(folder);
    } catch (error) {
      throw new AuditExportError(
        'quarantine-failed',
        `A bad line could not be set aside in ${folder}: ${(error as Error).message}.`,
        {
          cure: quarantineCure(error),
          cause: error,
        },
      );
    }
  }
}

function noneIfMissing(error: unknown): [] {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
  throw error;
}

/** A line too long for memory, on its way to a file of its own. */
class LongLine {
  readonly #folder: string;
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #hash = createHash('sha256');

  private constructor(folder: string, path: string, file: FileHandle) {
    this.#folder = folder;
    this.#path = path;
    this.#file = file;
  }

  static async begin(folder: string): Promise<LongLine> {
    const path = await newListPath(folder);
    return new LongLine(folder, path, await open(path, 'wx', 0o600));
  }

  async add(bytes: Buffer): Promise<void> {
    this.#hash.update(bytes);
    await this.#file.writeFile(bytes);
  }

  /** Removes what there is: the run ended within the line. */
  async abandon(): Promise<void> {
    await this.#file.close();
    await rm(this.#path, { force: true });
  }

  /** Makes the file durable and returns its name within the folder. */
  async end(): Promise<string> {
    await this.#file.sync();
    await this.#file.close();
    const name = `${this.#hash.digest('hex').slice(0, 32)}.raw`;
    await giveName(this.#path, join(this.#folder, name));
    return name;
  }
}

function quarantineCure(error: unknown): string {
  const isFull = (error as NodeJS.ErrnoException).code === 'ENOSPC';
  return isFull
    ? 'Free disk there, or name another folder with --quarantine, and run it again.'
    : 'Give this user the right to write there, or name another folder with --quarantine, and run it again.';
}
