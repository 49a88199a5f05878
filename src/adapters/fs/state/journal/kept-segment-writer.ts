import type { FileHandle } from 'node:fs/promises';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeptSegment, KeptWriter } from '../../../../ports/state/kept-bytes.ts';
import { syncFolder } from '../../replace-file.ts';
import { writeAll } from '../disk-bytes.ts';

/** What a segment's writer needs of the folder that it belongs to. */
export interface SegmentHost {
  folder: string;
  /** Does one thing after the other; says what fails as `spool-failed`. */
  guard: <R>(act: () => Promise<R>) => Promise<R>;
  /** Throws ENOSPC where the disk would be too full. */
  checkRoom: (bytes: number) => Promise<void>;
  /** Is told when the segment is closed, or was thrown away. */
  ended: (writer: SegmentWriter, segment: KeptSegment | undefined) => Promise<void>;
}

/** The file of a segment that is being written. */
export function openName(name: string): string {
  return `${name}.open`;
}

/** The file of a closed segment. */
export function closedName({ name, bytes }: Pick<KeptSegment, 'name' | 'bytes'>): string {
  return `${name}.${bytes}.kept`;
}

/** A segment that is being written to its file. */
export class SegmentWriter implements KeptWriter {
  readonly #host: SegmentHost;
  readonly #segment: KeptSegment;
  readonly #file: FileHandle;
  #state: 'open' | 'renamed' | 'closed' | 'abandoned' = 'open';
  #isSynced = true;
  /** Whether behind `bytes` may be a part of what was not appended. */
  #isTorn = false;

  constructor(host: SegmentHost, segment: KeptSegment, file: FileHandle) {
    this.#host = host;
    this.#segment = segment;
    this.#file = file;
  }

  get name(): string {
    return this.#segment.name;
  }

  get bytes(): number {
    return this.#state === 'open' ? this.#segment.bytes : 0;
  }

  async append(bytes: Buffer): Promise<void> {
    await this.#host.guard(async () => {
      await this.#cutBack();
      await this.#host.checkRoom(bytes.length);
      this.#isTorn = true;
      try {
        await writeAll(this.#file, bytes, this.#segment.bytes);
      } catch (error) {
        await this.#cutBack().catch(() => undefined);
        throw error;
      }
      this.#isTorn = false;
      this.#isSynced = false;
      this.#segment.bytes += bytes.length;
    });
  }

  async sync(): Promise<void> {
    await this.#host.guard(() => this.#sync());
  }

  async close(): Promise<KeptSegment | undefined> {
    if (this.#segment.bytes === 0) await this.abandon();
    else await this.#host.guard(() => this.#close());
    return this.#state === 'closed' ? { ...this.#segment } : undefined;
  }

  async abandon(): Promise<void> {
    await this.#host.guard(async () => {
      if (this.#state !== 'open') return;
      await rm(join(this.#host.folder, openName(this.name)), { force: true });
      await this.#file.close();
      this.#state = 'abandoned';
      await this.#host.ended(this, undefined);
    });
  }

  async #close(): Promise<void> {
    const { folder } = this.#host;
    if (this.#state === 'open') {
      await this.#cutBack();
      await this.#sync();
      await rename(join(folder, openName(this.name)), join(folder, closedName(this.#segment)));
      this.#state = 'renamed';
    }
    if (this.#state !== 'renamed') return;
    await syncFolder(folder);
    await this.#file.close();
    this.#state = 'closed';
    await this.#host.ended(this, { ...this.#segment });
  }

  async #sync(): Promise<void> {
    if (this.#isSynced) return;
    await this.#file.datasync();
    this.#isSynced = true;
  }

  async #cutBack(): Promise<void> {
    if (!this.#isTorn) return;
    await this.#file.truncate(this.#segment.bytes);
    this.#isTorn = false;
  }
}
