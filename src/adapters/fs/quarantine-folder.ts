import { createHash, randomBytes } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import { link, lstat, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AuditExportError } from '../../errors.ts';
import type { Quarantine, QuarantinedLine } from '../../ports/quarantine.ts';
import { makeFolder } from './make-folder.ts';

/** Longer lines lie in a file of their own beside the list. */
const inlineBytes = 1024 * 1024;
const bufferBytes = 256 * 1024;

/**
 * Writes the quarantine of one run: a JSON Lines file named after its content, so that the same bad lines of the same
 * source, pushed again, make the same file and not a second one. Nothing is written before the first bad line.
 */
export class QuarantineFolder implements Quarantine {
  readonly #folder: string;
  #hash = createHash('sha256');
  #list: { file: FileHandle; path: string } | undefined;
  #buffered: string[] = [];
  #bufferedBytes = 0;
  #long: LongLine | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async add(line: QuarantinedLine, bytes: Buffer): Promise<void> {
    await this.#guard(async () => {
      this.#list ??= await this.#openList();
      const raw = await this.#rawOf(bytes);
      const record = `${JSON.stringify({ ...line, ...raw })}\n`;
      this.#buffered.push(record);
      this.#bufferedBytes += record.length;
      if (this.#bufferedBytes > bufferBytes) await this.#flush();
    });
  }

  async addPart(bytes: Buffer): Promise<void> {
    await this.#guard(async () => {
      this.#long ??= await LongLine.begin(this.#folder);
      await this.#long.add(bytes);
    });
  }

  async dropParts(): Promise<void> {
    const long = this.#long;
    this.#long = undefined;
    await this.#guard(async () => long?.abandon());
  }

  async size(): Promise<number> {
    return this.#guard(async () => {
      let bytes = this.#bufferedBytes;
      for (const name of await readdir(this.#folder).catch(noneIfMissing)) {
        const found = await lstat(join(this.#folder, name)).catch(noneIfMissing);
        if ('size' in found && found.isFile()) bytes += found.size;
      }
      return bytes;
    });
  }

  async seal(): Promise<string | undefined> {
    await this.dropParts();
    const list = this.#list;
    if (list === undefined) return undefined;
    return this.#guard(async () => {
      await this.#flush();
      this.#list = undefined;
      const hash = this.#hash.digest('hex').slice(0, 32);
      this.#hash = createHash('sha256');
      await list.file.sync();
      await list.file.close();
      return giveName(list.path, join(this.#folder, `${hash}.jsonl`));
    });
  }

  /** The member of a record that holds the bytes of the line: exactly recoverable, whatever they are. */
  async #rawOf(bytes: Buffer): Promise<object> {
    if (this.#long === undefined && bytes.length <= inlineBytes) {
      return isUtf8(bytes) ? { raw: bytes.toString('utf8') } : { rawBase64: bytes.toString('base64') };
    }
    const long = this.#long ?? (await LongLine.begin(this.#folder));
    this.#long = undefined;
    await long.add(bytes);
    return { rawFile: await long.end() };
  }

  async #openList(): Promise<{ file: FileHandle; path: string }> {
    const path = await unfinishedPath(this.#folder);
    return { file: await open(path, 'wx', 0o600), path };
  }

  async #flush(): Promise<void> {
    const text = this.#buffered.join('');
    this.#buffered = [];
    this.#bufferedBytes = 0;
    this.#hash.update(text);
    await this.#list?.file.writeFile(text);
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw new AuditExportError(
        'quarantine-failed',
        `A bad line could not be set aside in ${this.#folder}: ${(error as Error).message}.`,
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
    const path = await unfinishedPath(folder);
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

/** A name for a file that is being written, in the folder, which is made if need be. */
async function unfinishedPath(folder: string): Promise<string> {
  await makeFolder(folder, 0o700);
  return join(folder, `.unfinished-${process.pid}-${randomBytes(6).toString('hex')}`);
}

/** Gives a finished file its name, which is its content: if that is taken, the same content is there already. */
async function giveName(unfinished: string, path: string): Promise<string> {
  await link(unfinished, path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  await rm(unfinished, { force: true });
  return path;
}

function quarantineCure(error: unknown): string {
  const isFull = (error as NodeJS.ErrnoException).code === 'ENOSPC';
  return isFull
    ? 'Free disk there, or name another folder with --quarantine, and run it again.'
    : 'Give this user the right to write there, or name another folder with --quarantine, and run it again.';
}
