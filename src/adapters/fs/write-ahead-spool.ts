import type { FileHandle } from 'node:fs/promises';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CutSettings } from '../../core/follow/cut-settings.ts';
import type { LinesRecord } from '../../core/follow/spool-record.ts';
import { encodeRecord, segmentMagic } from '../../core/follow/spool-record.ts';
import type { ReadySegment, WriteAheadSpool } from '../../ports/write-ahead-spool.ts';
import { damaged, spoolFailed } from './write-ahead-spool-errors.ts';
import { lookThrough, readSegment } from './write-ahead-spool-segment.ts';
import { makeFolder } from './make-folder.ts';

const empty = Buffer.alloc(0);
const nameForm = /^(\d{12})\.(open|ready)$/;

interface OpenSegment {
  number: number;
  path: string;
  file: FileHandle;
  /** Where the last whole record ends. */
  bytes: number;
  latest: Map<string, LinesRecord>;
  lines: boolean;
  /** Said once its closing record is written: nothing may come behind it. */
  cut: CutSettings | undefined;
  /** Its name as a batch, once it was renamed. */
  readyName: string | undefined;
}

/**
 * The write-ahead spool as a folder of numbered files: at most one `.open`, which is appended to, and `.ready` ones, which
 * are batches. A segment is closed by fsync, rename and fsync of the folder, in this order, so a `.ready` file is whole.
 * One process at a time; readable by its owner only.
 */
export class WriteAheadSpoolFolder implements WriteAheadSpool {
  readonly #folder: string;
  readonly #ready: ReadySegment[] = [];
  #open: OpenSegment | undefined;
  #nextNumber = 1;
  #dirty = false;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Opens the spool. What a process that was killed left open is cut behind its last whole record and closed with `cut`.
   * Throws `spool-failed` for a folder that can't be used and for a segment that is damaged.
   */
  static async open(folder: string, cut: CutSettings): Promise<WriteAheadSpoolFolder> {
    const spool = new WriteAheadSpoolFolder(folder);
    try {
      await makeFolder(folder, 0o700);
      await spool.#recover(cut);
    } catch (error) {
      throw spoolFailed(folder, error);
    }
    return spool;
  }

  get bytes(): number {
    return this.#ready.reduce((sum, { bytes }) => sum + bytes, this.#open?.bytes ?? 0);
  }

  get openBytes(): number {
    return this.#open?.lines === true ? this.#open.bytes : 0;
  }

  get ready(): readonly ReadySegment[] {
    return this.#ready;
  }

  async append(record: LinesRecord, payload: Buffer): Promise<void> {
    await this.#guard(async () => {
      if (this.#open?.cut !== undefined) await this.#makeReady(this.#open, this.#open.cut);
      this.#open ??= await this.#begin();
      await this.#write(this.#open, encodeRecord(record, payload));
      this.#open.lines = true;
      if (record.file !== undefined) this.#open.latest.set(record.file.id, record);
    });
  }

  async sync(): Promise<void> {
    if (!this.#dirty) return;
    await this.#guard(async () => {
      await this.#open?.file.datasync();
    });
    this.#dirty = false;
  }

  async closeSegment(cut: CutSettings): Promise<void> {
    const segment = this.#open;
    if (segment?.lines !== true) return;
    await this.#guard(async () => {
      if (segment.cut === undefined) {
        await this.#write(segment, encodeRecord({ kind: 'closing', cut }, empty));
        segment.cut = cut;
      }
      await this.#makeReady(segment, segment.cut);
    });
  }

  async remove(segment: ReadySegment): Promise<void> {
    await this.#guard(async () => {
      await rm(join(this.#folder, segment.name), { force: true });
      const index = this.#ready.indexOf(segment);
      if (index !== -1) this.#ready.splice(index, 1);
    });
  }

  async close(): Promise<void> {
    await this.sync();
    await this.#open?.file.close();
    this.#open = undefined;
  }

  async #begin(): Promise<OpenSegment> {
    const number = this.#nextNumber;
    const path = join(this.#folder, `${String(number).padStart(12, '0')}.open`);
    const file = await open(path, 'w', 0o600);
    const segment: OpenSegment = {
      number,
      path,
      file,
      bytes: 0,
      latest: new Map(),
      lines: false,
      cut: undefined,
      readyName: undefined,
    };
    try {
      await this.#write(segment, [segmentMagic, empty]);
      await this.#syncFolder();
    } catch (error) {
      await file.close();
      throw error;
    }
    this.#nextNumber++;
    return segment;
  }

  /** Appends; what a full disk took of it is cut off again. */
  async #write(segment: OpenSegment, pieces: [Buffer, Buffer]): Promise<void> {
    const bytes = pieces[0].length + pieces[1].length;
    try {
      let at = segment.bytes;
      for (const piece of pieces)
        for (let done = 0; done < piece.length;) {
          const { bytesWritten } = await segment.file.write(piece, done, piece.length - done, at);
          done += bytesWritten;
          at += bytesWritten;
        }
    } catch (error) {
      await segment.file.truncate(segment.bytes).catch(() => undefined);
      throw error;
    }
    segment.bytes += bytes;
    this.#dirty = true;
  }

  /** Where it fails, it is gone on with behind what was done. */
  async #makeReady(segment: OpenSegment, cut: CutSettings): Promise<void> {
    const { path, file, bytes, latest } = segment;
    const name = segment.readyName ?? path.replace(/^.*[/\\]/, '').replace('.open', '.ready');
    if (segment.readyName === undefined) {
      await file.sync();
      await rename(path, join(this.#folder, name));
      segment.readyName = name;
    }
    await this.#syncFolder();
    await file.close();
    this.#open = undefined;
    this.#dirty = false;
    this.#ready.push(this.#segment(name, bytes, { cut, latest }));
  }

  #segment(name: string, bytes: number, known: Pick<ReadySegment, 'cut' | 'latest'>): ReadySegment {
    const path = join(this.#folder, name);
    return { name, bytes, ...known, read: () => readSegment(path, bytes) };
  }

  async #recover(cut: CutSettings): Promise<void> {
    const names = (await readdir(this.#folder)).filter((name) => nameForm.test(name)).toSorted();
    for (const name of names) {
      const path = join(this.#folder, name);
      this.#nextNumber = Number.parseInt(name, 10) + 1;
      const found = await lookThrough(path);
      if (name.endsWith('.ready')) {
        if (found.cut === undefined || found.wholeBytes < found.fileBytes) throw damaged(path);
        this.#ready.push(this.#segment(name, found.wholeBytes, { cut: found.cut, latest: found.latest }));
      } else await this.#finish(path, found, cut);
    }
  }

  /** Closes what was left open. */
  async #finish(
    path: string,
    found: Awaited<ReturnType<typeof lookThrough>>,
    cut: CutSettings,
  ): Promise<void> {
    const number = this.#nextNumber - 1;
    if (!found.lines) {
      await rm(path, { force: true });
      return;
    }
    const file = await open(path, 'r+');
    await file.truncate(found.wholeBytes);
    const { wholeBytes: bytes, latest, lines } = found;
    const segment: OpenSegment = {
      number,
      path,
      file,
      bytes,
      latest,
      lines,
      cut: found.cut,
      readyName: undefined,
    };
    if (found.cut === undefined) await this.#write(segment, encodeRecord({ kind: 'closing', cut }, empty));
    await this.#makeReady(segment, found.cut ?? cut);
  }

  /** Makes the names in the folder survive a power cut. */
  async #syncFolder(): Promise<void> {
    const folder = await open(this.#folder, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  async #guard(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      throw spoolFailed(this.#folder, error);
    }
  }
}
