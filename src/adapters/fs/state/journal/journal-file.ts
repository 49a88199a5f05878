import type { FileHandle } from 'node:fs/promises';
import { open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isDiskFull, readUpTo, unlessGone, writeAll, writeZeros } from '../disk-bytes.ts';
import type { FencedRecord } from './journal-lines.ts';
import { encodeLine, readRecords } from './journal-lines.ts';
import type { Taken } from './journal-takeover.ts';
import { LostOwnership, newestJournal, putInPlace, stepBytes, takeOver } from './journal-takeover.ts';
import { makeFolder } from '../../make-folder.ts';
import { numberedFiles } from './numbered-files.ts';

export { LostOwnership } from './journal-takeover.ts';

const blockBytes = 4096;
/** So much of what was written last is looked at before more is written. */
const tailBytes = 256;
const batchBytes = 1024 * 1024;
const tries = 10;

/**
 * A file of JSON records, one a line, each behind its checksum and the fencing number of its writer: `<path>.<fence>`. A
 * record is there as a whole or not at all, whatever is killed when. Room is allocated ahead (zeros, that records replace),
 * so that records can be written while the disk is full. Methods may be called at once: they are done in turn.
 */
export class JournalFile<T> {
  readonly #base: string;
  readonly #fence: number;
  readonly #path: string;
  #file: FileHandle;
  #inode: { dev: number; ino: number };
  /** Bytes up to the end of the last whole record. */
  #bytes: number;
  /** Bytes with the room behind. */
  #size: number;
  /** Bytes that are known to have reached the disk. */
  #synced: number;
  /** What stands right before `#bytes`. */
  #tail: Buffer;
  /** Bytes of a record that was not written whole, and could not be taken back yet. */
  #half = 0;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(base: string, fence: number, taken: Omit<Taken, 'records'> & Opened) {
    this.#base = base;
    this.#fence = fence;
    this.#path = taken.path;
    this.#file = taken.file;
    this.#bytes = taken.bytes;
    this.#synced = taken.bytes;
    this.#inode = taken.inode;
    this.#size = taken.size;
    this.#tail = taken.tail;
  }

  /**
   * Takes the journal over for a writer with this fencing number (higher than any before) and reads all records. Throws
   * `LostOwnership` where a fence that is not lower is there already, an Error where what had reached the disk is damaged,
   * and what the file system throws.
   */
  static async open<T>(
    path: string,
    { fence }: { fence: number },
  ): Promise<{ journal: JournalFile<T>; records: FencedRecord<T>[] }> {
    await makeFolder(dirname(path), 0o700);
    const { records, ...taken } = await takeOver(path, fence);
    try {
      const journal = new JournalFile<T>(path, fence, {
        ...taken,
        ...(await look(taken.file, taken.bytes)),
      });
      return { journal, records: records as FencedRecord<T>[] };
    } catch (error) {
      await taken.file.close();
      throw error;
    }
  }

  /** Reads the records without taking the journal over, and changes nothing. None where there is no journal. */
  static async read<T>(path: string): Promise<FencedRecord<T>[]> {
    for (let left = tries; left > 0; left--) {
      const newest = await newestJournal(path);
      if (newest === undefined) return [];
      const file = await open(newest.path, 'r').catch(unlessGone);
      if (file === undefined) continue;
      try {
        return (await readRecords(file)).records as FencedRecord<T>[];
      } finally {
        await file.close();
      }
    }
    throw new Error(`${path} changes hands again and again`);
  }

  /** The highest fencing number that a journal was opened with; 0 where there is none. */
  static async newestFence(path: string): Promise<number> {
    return (await newestJournal(path))?.number ?? 0;
  }

  /** Bytes of the records, without the room behind. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Makes sure that so many bytes more can be appended, even on a full disk. Throws ENOSPC where they can't. */
  async reserve(bytes: number): Promise<void> {
    await this.#inTurn(async () => {
      await this.#checkMine(0);
      await this.#makeRoom(bytes);
    });
  }

  /**
   * Adds a record; when the promise resolves, it survives the end of the process, and a power cut where it is `durable`.
   * Throws `LostOwnership` where somebody else took over or wrote, and what the file system throws: then it is not there.
   */
  async append(record: T, { durable }: { durable: boolean }): Promise<void> {
    await this.#inTurn(async () => {
      await this.#takeBack();
      const line = encodeLine({ fence: this.#fence, synced: this.#synced, record });
      await this.#checkMine(line.length);
      await this.#makeRoom(line.length);
      try {
        await writeAll(this.#file, line, this.#bytes);
        if (durable) await this.#file.datasync();
      } catch (error) {
        this.#half = line.length;
        await this.#takeBack().catch(() => undefined);
        throw error;
      }
      // What was written after a takeover does not count.
      await this.#checkPath();
      this.#bytes += line.length;
      if (durable) this.#synced = this.#bytes;
      this.#tail = Buffer.from(Buffer.concat([this.#tail, line]).subarray(-tailBytes));
    });
  }

  /**
   * Puts these records in the place of all there are, at once and durable; reserved room stays. Throws as `append` does, and
   * then all is as before.
   */
  async rewrite(records: Iterable<T>): Promise<void> {
    await this.#inTurn(async () => {
      await this.#takeBack();
      await this.#checkMine(0);
      let bytes = 0;
      const room = Math.max(stepBytes, this.#size - this.#bytes);
      const { file } = await putInPlace(this.#base, this.#fence, async (draft) => {
        bytes = await writeRecords(draft, this.#fence, records);
        await writeZeros(draft, bytes, bytes + room);
        await this.#checkPath();
      });
      await this.#file.close();
      this.#file = file;
      this.#bytes = bytes;
      this.#synced = bytes;
      this.#half = 0;
      const { inode, size, tail } = await look(file, bytes);
      this.#inode = inode;
      this.#size = size;
      this.#tail = tail;
      await this.#checkNotPutBack();
    });
  }

  async close(): Promise<void> {
    await this.#inTurn(() => this.#file.close());
  }

  async #inTurn<R>(act: () => Promise<R>): Promise<R> {
    const turn = this.#turn.then(act);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Whether nobody took over, and nobody else wrote to the file, as far as `length` bytes from the end on. */
  async #checkMine(length: number): Promise<void> {
    await this.#checkPath();
    const from = this.#bytes - this.#tail.length;
    const found = await readUpTo(this.#file, from, this.#tail.length + Math.max(length, blockBytes));
    const behind = found.subarray(this.#tail.length);
    if (!found.subarray(0, this.#tail.length).equals(this.#tail) || behind.some((byte) => byte !== 0))
      throw new LostOwnership(this.#path, 'somebody else wrote to it');
  }

  async #checkPath(): Promise<void> {
    const found = await stat(this.#path).catch(unlessGone);
    if (found?.ino !== this.#inode.ino || found.dev !== this.#inode.dev)
      throw new LostOwnership(this.#path, 'somebody else took it over');
  }

  /** A writer that was frozen just before it renamed its new file puts it back under a name that another has sealed. */
  async #checkNotPutBack(): Promise<void> {
    const files = await numberedFiles(this.#base);
    if (
      !files.some(({ number, suffix }) => number > this.#fence || (number === this.#fence && suffix !== ''))
    )
      return;
    await rm(this.#path, { force: true });
    throw new LostOwnership(this.#path, 'somebody else took it over');
  }

  async #makeRoom(bytes: number): Promise<void> {
    const needed = this.#bytes + bytes - this.#size;
    if (needed <= 0) return;
    try {
      await this.#grow(Math.ceil(needed / stepBytes) * stepBytes);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      await this.#grow(needed);
    }
  }

  async #grow(bytes: number): Promise<void> {
    try {
      await writeZeros(this.#file, this.#size, this.#size + bytes);
      await this.#file.sync();
    } catch (error) {
      await this.#file.truncate(this.#size);
      throw error;
    }
    this.#size += bytes;
  }

  /** Puts zeros where half a record is. */
  async #takeBack(): Promise<void> {
    if (this.#half === 0) return;
    await this.#checkPath();
    await writeZeros(this.#file, this.#bytes, this.#bytes + this.#half);
    await this.#file.datasync();
    this.#half = 0;
  }
}

interface Opened {
  inode: { dev: number; ino: number };
  size: number;
  tail: Buffer;
}

async function look(file: FileHandle, bytes: number): Promise<Opened> {
  const { dev, ino, size } = await file.stat();
  const from = Math.max(0, bytes - tailBytes);
  return { inode: { dev, ino }, size, tail: await readUpTo(file, from, bytes - from) };
}

/** Writes records from the beginning of a file on, without holding all of them; says where they end. */
async function writeRecords(file: FileHandle, fence: number, records: Iterable<unknown>): Promise<number> {
  let lines: Buffer[] = [];
  let waiting = 0;
  let at = 0;
  const flush = async (): Promise<void> => {
    await writeAll(file, Buffer.concat(lines), at);
    at += waiting;
    lines = [];
    waiting = 0;
  };
  for (const record of records) {
    const line = encodeLine({ fence, synced: at + waiting, record });
    lines.push(line);
    waiting += line.length;
    if (waiting >= batchBytes) await flush();
  }
  await flush();
  return at;
}
