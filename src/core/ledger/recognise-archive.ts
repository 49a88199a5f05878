import { crc32 } from 'node:zlib';
import type { FileSource } from './find-parts.ts';
import { hashEnds, hashOf } from './recognise-file.ts';
import type { Place, SourcePosition } from './source-position.ts';
import { hashedBytes } from './source-position.ts';

/** A log that was compressed since it was delivered: how far, and where reading goes on. */
export interface KnownArchive {
  position: SourcePosition;
  from: Place;
}

/**
 * Looks into a compressed file that nothing else tells: whether what it holds begins with a log that was delivered plain,
 * as rotation with compression leaves it. Of several the longest. Reads no further than it must.
 */
export async function recogniseArchive(
  source: FileSource,
  known: readonly SourcePosition[],
  newId: () => string,
): Promise<KnownArchive | undefined> {
  const { file } = source;
  if (known.length === 0 || !(await file.isCompressed())) return undefined;
  const found = await longestWithin(source, known);
  if (found === undefined) return undefined;
  const { path, inode, storedBytes } = file;
  const { position, isAll } = found;
  const { offset, lines } = position;
  const stored = isAll ? storedBytes : 0;
  return {
    from: { stored, offset, lines },
    position: {
      ...position,
      ...(await hashEnds(file, stored)),
      id: newId(),
      path,
      inode,
      stored,
      plain: false,
    },
  };
}

/** The longest of the known logs that an archive begins with, and whether that is all it holds. */
async function longestWithin(
  source: FileSource,
  known: readonly SourcePosition[],
): Promise<{ position: SourcePosition; isAll: boolean } | undefined> {
  const search = new ArchiveSearch(known);
  for await (const piece of source.read(() => undefined)) {
    search.take(piece);
    if (search.isOver) break;
  }
  return search.end();
}

/** Goes through what an archive holds, past the ends of all logs that begin like it. */
class ArchiveSearch {
  readonly #known: readonly SourcePosition[];
  #head = Buffer.alloc(0);
  /** Known once the head is whole; those whose end is not reached, the shortest first. */
  #candidates: SourcePosition[] | undefined;
  #best: SourcePosition | undefined;
  #read = 0;
  #checksum = 0;
  /** Whether there is more than what the candidates hold. */
  #hasMore = false;

  constructor(known: readonly SourcePosition[]) {
    this.#known = known;
  }

  get isOver(): boolean {
    return this.#candidates?.length === 0 && (this.#hasMore || this.#best === undefined);
  }

  take(piece: Buffer): void {
    if (this.#candidates !== undefined) {
      this.#pass(piece);
      return;
    }
    this.#head = Buffer.concat([this.#head, piece]);
    if (this.#head.length >= hashedBytes) this.#begin();
  }

  end(): { position: SourcePosition; isAll: boolean } | undefined {
    if (this.#candidates === undefined) this.#begin();
    return this.#best && { position: this.#best, isAll: !this.#hasMore && this.#best.stored === this.#read };
  }

  #begin(): void {
    this.#candidates = withHead(this.#known, this.#head);
    this.#pass(this.#head);
  }

  #pass(bytes: Buffer): void {
    const candidates = this.#candidates ?? [];
    let at = 0;
    for (let next = candidates[0]; next !== undefined && at < bytes.length; next = candidates[0]) {
      const to = Math.min(bytes.length, at + next.stored - this.#read);
      this.#checksum = crc32(bytes.subarray(at, to), this.#checksum);
      this.#read += to - at;
      at = to;
      if (this.#read < next.stored) break;
      if (this.#checksum === next.checksum) this.#best = next;
      candidates.shift();
    }
    if (at < bytes.length) this.#hasMore = true;
  }
}

/** Positions of plain files that begin like this, the shortest first. */
function withHead(known: readonly SourcePosition[], head: Buffer): SourcePosition[] {
  return known
    .filter(({ plain, stored, headHash }) => {
      const bytes = Math.min(stored, hashedBytes);
      return plain && stored > 0 && bytes <= head.length && hashOf(head.subarray(0, bytes)) === headHash;
    })
    .toSorted((a, b) => a.stored - b.stored);
}
