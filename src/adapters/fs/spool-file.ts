import type { FileHandle } from 'node:fs/promises';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditExportError } from '../../errors.ts';
import type { Extent, Spool } from '../../ports/spool.ts';

const segmentBytes = 64 * 1024 * 1024;

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
  readonly #segments = new Map<number, Segment>();
  #current: number | undefined;
  #made = 0;
  #writing: Promise<unknown> = Promise.resolve();

  async write(bytes: Buffer): Promise<Extent> {
    const turn = this.#writing.then(() => this.#append(bytes));
    this.#writing = turn.catch(() => undefined);
    try {
      return await turn;
    } catch (error) {
      throw new AuditExportError(
        'spool-failed',
        `The temporary folder ${tmpdir()} can't take more: ${(error as Error).message}.`,
        {
          cure: 'Free disk there, or name a folder with more room in the environment variable TMPDIR.',
          cause: error,
        },
      );
    }
  }

  async read({ segment, offset, length }: Extent, into: Buffer): Promise<void> {
    const { file } = this.#segments.get(segment) as Segment;
    let done = 0;
    while (done < length) {
      const { bytesRead } = await file.read(into, done, length - done, offset + done);
      if (bytesRead === 0)
        throw new AuditExportError('spool-failed', 'The spool is shorter than what was written to it.');
      done += bytesRead;
    }
  }

  release({ segment, length }: Extent): void {
    const known = this.#segments.get(segment);
    if (known === undefined) return;
    known.live -= length;
    if (known.live > 0 || segment === this.#current) return;
    this.#segments.delete(segment);
    known.file.close().catch(() => undefined);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#segments.values()].map(({ file }) => file.close()));
    this.#segments.clear();
  }

  async #append(bytes: Buffer): Promise<Extent> {
    const current = this.#current === undefined ? undefined : this.#segments.get(this.#current);
    const segment =
      current !== undefined && current.written < segmentBytes ? current : await this.#newSegment();
    const extent: Extent = {
      segment: this.#current as number,
      offset: segment.written,
      length: bytes.length,
    };
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await segment.file.write(
        bytes,
        done,
        bytes.length - done,
        extent.offset + done,
      );
      done += bytesWritten;
    }
    segment.written += bytes.length;
    segment.live += bytes.length;
    return extent;
  }

  async #newSegment(): Promise<Segment> {
    const folder = await mkdtemp(join(tmpdir(), 'audit-export-spool-'));
    const file = await open(join(folder, 'segment'), 'wx+', 0o600);
    await rm(folder, { recursive: true });
    const segment: Segment = { file, written: 0, live: 0 };
    const previous = this.#current;
    this.#current = this.#made++;
    this.#segments.set(this.#current, segment);
    if (previous !== undefined) this.release({ segment: previous, offset: 0, length: 0 });
    return segment;
  }
}
