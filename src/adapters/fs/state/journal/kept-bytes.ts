import { randomBytes } from 'node:crypto';
import { open, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AuditExportError, isAuditExportError } from '../../../../errors.ts';
import type { KeptBytes, KeptSegment, KeptWriter } from '../../../../ports/state/kept-bytes.ts';
import { syncFolder } from '../../replace-file.ts';
import { isDiskFull, unlessGone } from '../disk-bytes.ts';
import type { SegmentHost } from './kept-segment-writer.ts';
import { closedName, openName, SegmentWriter } from './kept-segment-writer.ts';
import { makeFolder } from '../../make-folder.ts';

const leastSpareBytes = 1024 * 1024;
const readBytes = 256 * 1024;
/** What a new segment takes beside its bytes: blocks for its source's name, its first bytes and the folder. */
const beginBytes = 16 * 1024;
const digits = 12;
const form = /^((\d{12})-[\da-f]{8})\.(?:open|(\d+)\.kept|source)$/;

/**
 * Kept bytes as a folder of plain files, readable by their owner only: `<name>.open` is being written, `<name>.<bytes>.kept`
 * is closed, and `<name>.source` beside it says where it comes from. Closing takes no room: it works on a full disk. One
 * process at a time.
 */
export class KeptBytesFolder implements KeptBytes {
  readonly #folder: string;
  readonly #spareBytes: number;
  readonly #segments: KeptSegment[] = [];
  readonly #writers = new Set<SegmentWriter>();
  #nextNumber = 1;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(folder: string, spareBytes: number) {
    this.#folder = folder;
    this.#spareBytes = spareBytes;
  }

  /**
   * Opens the folder. What a process that was killed was writing is closed with all that is there of it. So many bytes of
   * the disk (1 MiB unless said) are left to others. Throws `spool-failed`.
   */
  static async open(
    folder: string,
    { spareBytes = leastSpareBytes }: { spareBytes?: number } = {},
  ): Promise<KeptBytesFolder> {
    const kept = new KeptBytesFolder(folder, spareBytes);
    await kept.#guard(async () => {
      await makeFolder(folder, 0o700);
      await kept.#recover();
    });
    return kept;
  }

  get bytes(): number {
    const closed = this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
    return [...this.#writers].reduce((sum, { bytes }) => sum + bytes, closed);
  }

  get segments(): readonly KeptSegment[] {
    return [...this.#segments];
  }

  async begin(source: string): Promise<KeptWriter> {
    return this.#guard(async () => {
      await this.#checkRoom(beginBytes);
      const number = String(this.#nextNumber).padStart(digits, '0');
      const name = `${number}-${randomBytes(4).toString('hex')}`;
      await this.#nameSource(name, source);
      const file = await open(join(this.#folder, openName(name)), 'wx', 0o600);
      await syncFolder(this.#folder);
      this.#nextNumber++;
      const writer = new SegmentWriter(this.#host(), { name, source, bytes: 0 }, file);
      this.#writers.add(writer);
      return writer;
    });
  }

  async *read(name: string): AsyncGenerator<Buffer> {
    const segment = this.#segments.find((one) => one.name === name);
    try {
      const bytes = segment?.bytes ?? 0;
      const file = await open(join(this.#folder, closedName({ name, bytes })), 'r');
      try {
        let at = 0;
        for (;;) {
          const chunk = Buffer.allocUnsafe(readBytes);
          const { bytesRead } = await file.read(chunk, 0, readBytes, at);
          if (bytesRead === 0) break;
          at += bytesRead;
          yield chunk.subarray(0, bytesRead);
        }
        if (at !== bytes) throw new Error(`${closedName({ name, bytes })} holds ${at} bytes`);
      } finally {
        await file.close();
      }
    } catch (error) {
      throw keptBytesFailed(this.#folder, error);
    }
  }

  async remove(name: string): Promise<void> {
    await this.#guard(async () => {
      const index = this.#segments.findIndex((one) => one.name === name);
      const segment = this.#segments[index];
      if (segment === undefined) return;
      await rm(join(this.#folder, closedName(segment)), { force: true });
      this.#segments.splice(index, 1);
      await this.#forgetSource(name);
    });
  }

  async close(): Promise<void> {
    for (const writer of this.#writers) await writer.close();
  }

  #host(): SegmentHost {
    return {
      folder: this.#folder,
      guard: (act) => this.#guard(act),
      checkRoom: (bytes) => this.#checkRoom(bytes),
      ended: async (writer, segment) => {
        this.#writers.delete(writer);
        if (segment === undefined) await this.#forgetSource(writer.name);
        else this.#add(segment);
      },
    };
  }

  #add(segment: KeptSegment): void {
    this.#segments.push(segment);
    this.#segments.sort((one, other) => one.name.localeCompare(other.name));
  }

  /** One thing at a time, so that two writers don't both take the last room. */
  async #guard<R>(act: () => Promise<R>): Promise<R> {
    const turn = this.#turn.then(act);
    this.#turn = turn.catch(() => undefined);
    try {
      return await turn;
    } catch (error) {
      throw keptBytesFailed(this.#folder, error);
    }
  }

  /** Fails as a full disk does where too little of it would be left. */
  async #checkRoom(bytes: number): Promise<void> {
    const { blocks, bavail, bsize } = await statfs(this.#folder);
    // Some file systems don't say how large they are.
    if (blocks === 0 || bavail * bsize - bytes >= this.#spareBytes) return;
    const message = `ENOSPC: no space left on device but ${this.#spareBytes} bytes for other things`;
    throw Object.assign(new Error(message), { code: 'ENOSPC' });
  }

  async #nameSource(name: string, source: string): Promise<void> {
    const file = join(this.#folder, `${name}.source`);
    try {
      await writeFile(file, JSON.stringify({ source }), { mode: 0o600, flag: 'wx', flush: true });
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    }
  }

  async #sourceOf(name: string): Promise<string> {
    const text = await readFile(join(this.#folder, `${name}.source`), 'utf8').catch(unlessGone);
    try {
      return (JSON.parse(text ?? '') as { source: string }).source;
    } catch {
      // The bytes are worth more than where they came from.
      return name;
    }
  }

  async #forgetSource(name: string): Promise<void> {
    await rm(join(this.#folder, `${name}.source`), { force: true });
  }

  async #recover(): Promise<void> {
    const names = (await readdir(this.#folder)).toSorted();
    for (const file of names) {
      const [, name, number, bytes] = form.exec(file) ?? [];
      if (name === undefined) continue;
      this.#nextNumber = Math.max(this.#nextNumber, Number(number) + 1);
      if (bytes !== undefined) await this.#know(name, Number(bytes));
      else if (file === openName(name)) await this.#closeLeft(name);
    }
    const known = new Set(this.#segments.map(({ name }) => `${name}.source`));
    for (const file of names)
      if (form.test(file) && file.endsWith('.source') && !known.has(file))
        await rm(join(this.#folder, file), { force: true });
    await syncFolder(this.#folder);
  }

  /** A closed segment, of what there is of it: somebody may have cut it, and its batch then lacks bytes. */
  async #know(name: string, bytes: number): Promise<void> {
    const path = join(this.#folder, closedName({ name, bytes }));
    const { size } = await stat(path);
    if (size !== bytes) await rename(path, join(this.#folder, closedName({ name, bytes: size })));
    this.#add({ name, source: await this.#sourceOf(name), bytes: size });
  }

  async #closeLeft(name: string): Promise<void> {
    const path = join(this.#folder, openName(name));
    const { size: bytes } = await stat(path);
    if (bytes === 0) {
      await rm(path, { force: true });
      return;
    }
    const file = await open(path, 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(path, join(this.#folder, closedName({ name, bytes })));
    this.#add({ name, source: await this.#sourceOf(name), bytes });
  }
}

/** What to say of kept bytes that can't be written or read. */
function keptBytesFailed(folder: string, error: unknown): AuditExportError {
  if (isAuditExportError(error)) return error;
  const full = isDiskFull(error);
  return new AuditExportError(
    'spool-failed',
    `The folder ${folder}, where bytes wait for their delivery, can't be used: ${(error as Error).message}.`,
    {
      cure: full
        ? 'Free disk there: reading goes on by itself.'
        : 'Give this user the right to read and write there, or name another folder in XDG_STATE_HOME.',
      details: { full },
      cause: error,
    },
  );
}
