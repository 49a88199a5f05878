import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { replaceFile, syncFolder } from './replace-file.ts';
import { makeFolder } from './make-folder.ts';

/**
 * A file of JSON records, one a line, each behind its checksum. A record is there as a whole or not at all, whatever is
 * killed when: what a power cut leaves behind the last whole record is cut off. One process at a time; throws what the
 * file system throws.
 */
export class JournalFile<T> {
  readonly #path: string;
  #file: FileHandle | undefined;
  /** Bytes up to the end of the last whole record. */
  #bytes = 0;

  constructor(path: string) {
    this.#path = path;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Reads all records; none where there is no file yet. Throws where one in the middle is damaged. */
  async open(): Promise<T[]> {
    await makeFolder(dirname(this.#path), 0o700);
    const file = await open(this.#path, 'a+', 0o600);
    this.#file = file;
    const text = await file.readFile();
    if (text.length === 0) await syncFolder(dirname(this.#path));
    try {
      const { records, bytes } = wholeRecords(text);
      if (bytes < text.length) await file.truncate(bytes);
      this.#bytes = bytes;
      return records as T[];
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Adds a record; when the promise resolves, it survives the end of the process, and a power cut where it `mustLast`. */
  async append(record: T, mustLast = true): Promise<void> {
    const line = Buffer.from(lineOf(record));
    const file = this.#file as FileHandle;
    try {
      await file.appendFile(line);
      if (mustLast) await file.datasync();
    } catch (error) {
      // A full disk leaves a part of the line, behind which nothing more could be read.
      await file.truncate(this.#bytes).catch(() => undefined);
      throw error;
    }
    this.#bytes += line.length;
  }

  /** Puts these records in the place of all there are, at once. */
  async rewrite(records: readonly T[]): Promise<void> {
    const text = records.map(lineOf).join('');
    await replaceFile(this.#path, text);
    await this.#file?.close();
    this.#file = await open(this.#path, 'a+', 0o600);
    this.#bytes = Buffer.byteLength(text);
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }
}

const checksumDigits = 8;

function lineOf(record: unknown): string {
  const json = JSON.stringify(record);
  return `${checksumOf(json)} ${json}\n`;
}

function checksumOf(json: string): string {
  return crc32(json).toString(16).padStart(checksumDigits, '0');
}

/** The records up to the last that is whole, and where that one ends. Throws where one before it is not. */
function wholeRecords(text: Buffer): { records: unknown[]; bytes: number } {
  const records: unknown[] = [];
  let whole = 0;
  for (let at = 0, end = text.indexOf(0x0a); end !== -1; at = end + 1, end = text.indexOf(0x0a, at)) {
    const json = jsonOf(text.toString('utf8', at, end));
    if (json === undefined) continue;
    // What a power cut leaves behind is at the end. A record in the middle that is not whole is a broken disk.
    if (at !== whole) throw new Error(`it is damaged at byte ${whole}`);
    records.push(JSON.parse(json));
    whole = end + 1;
  }
  return { records, bytes: whole };
}

/** What a line holds; undefined for one that is not whole. */
function jsonOf(line: string): string | undefined {
  const json = line.slice(checksumDigits + 1);
  return line.slice(0, checksumDigits) === checksumOf(json) ? json : undefined;
}
