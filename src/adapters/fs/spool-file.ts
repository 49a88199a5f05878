import type { FileHandle } from 'node:fs/promises';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AuditExportError } from '../../errors.ts';
import type { Spool } from '../../ports/store/spool.ts';

const segmentBytes = 64 * 1024 * 1024;
/** A position is the number of a segment and an offset in it. */
const segmentSpan = 2 ** 32;

interface Segment {
  file: FileHandle;
  written: number;
  live: number;
}

/**
 * A spool in the temporary folder, made on first use. Its files lose their names as soon as they are open, so that
 * audit data never stays behind, not even after kill -9; a segment's disk is given back when none of it is needed.
 */
export class SpoolFile implements Spool {
  readonly #parent: string;
  readonly #segments = new Map<number, Segment>();
  #current: number | undefined;
  #made = 0;
  #writing: Promise<unknown> = Promise.resolve();

  /** `parent`: the temporary folder. */
  constructor(parent: string) {
    this.#parent = parent;
  }

  async write(bytes: Buffer): Promise<number> {
    const turn = this.#writing.then(() => this.#append(bytes));
    this.#writing = turn.catch(() => undefined);
    try {
      return await turn;
    } catch (error) {
      throw new AuditExportError(
        'spool-failed',
        `The temporary folder ${this.#parent} can't take more: ${(error as Error).message}.`,
        {
          cure: 'Free disk there, or name a folder with more room in the environment variable TMPDIR.',
          cause: error,
        },
      );
    }
  }

  async read(position: number, into: Buffer): Promise<void> {
    const { file } = this.#segments.get(Math.floor(position / segmentSpan)) as Segment;
    const offset = position % segmentSpan;
    let done = 0;
    while (done < into.length) {
      const { bytesRead } = await file.read(into, done, into.length - done, offset + done);
      if (bytesRead === 0)
        throw new AuditExportError('spool-failed', 'The spool is shorter than what was written to it.');
      done += bytesRead;
    }
  }

  release(position: number, bytes: number): void {
    const segment = Math.floor(position / segmentSpan);
    const known = this.#segments.get(segment);
    if (known === undefined) return;
    known.live -= bytes;
    if (known.live > 0 || segment === this.#current) return;
    this.#segments.delete(segment);
    known.file.close().catch(() => undefined);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#segments.values()].map(({ file }) => file.close()));
    this.#segments.clear();
  }

  async #append(bytes: Buffer): Promise<number> {
    const current = this.#current === undefined ? undefined : this.#segments.get(this.#current);
    const segment =
      current !== undefined && current.written < segmentBytes ? current : await this.#newSegment();
    const offset = segment.written;
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await segment.file.write(bytes, done, bytes.length - done, offset + done);
      done += bytesWritten;
    }
    segment.written += bytes.length;
    segment.live += bytes.length;
    return (this.#current as number) * segmentSpan + offset;
  }

  async #newSegment(): Promise<Segment> {
    const folder = await mkdtemp(join(this.#parent, 'audit-export-spool-'));
    const file = await open(join(folder, 'segment'), 'wx+', 0o600);
    await rm(folder, { recursive: true });
    const segment: Segment = { file, written: 0, live: 0 };
    const previous = this.#current;
    this.#current = this.#made++;
    this.#segments.set(this.#current, segment);
    if (previous !== undefined) this.release(previous * segmentSpan, 0);
    return segment;
  }
}
