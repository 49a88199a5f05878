import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { SourceFile } from '../../ports/source.ts';
import type { SourcePosition } from './source-position.ts';
import { hashedBytes } from './source-position.ts';

/** By what a file is known again: where it stood, and what it held before a certain byte. */
export type Mark = Pick<SourcePosition, 'path' | 'inode' | 'headHash' | 'tailHash'> & { stored: number };

/** The hashes of a file's stored bytes before `stored`. */
export async function hashEnds(
  file: SourceFile,
  stored: number,
): Promise<Pick<SourcePosition, 'headHash' | 'tailHash'>> {
  const bytes = headLength(stored);
  const headHash = hashOf(await file.bytes(0, bytes));
  const tailHash = stored === bytes ? headHash : hashOf(await file.bytes(stored - bytes, stored));
  return { headHash, tailHash };
}

const comparedAtOnce = 1024 * 1024;

/**
 * Whether a file is what was delivered of it, and perhaps more behind. Ends that agree are enough for a file that stayed
 * where it was and grew, or was not written to at all. Otherwise somebody may have mended a line in its middle, and every
 * byte of it is compared.
 */
export async function isUnchanged(position: SourcePosition, file: SourceFile): Promise<boolean> {
  const { inode, stored, modifiedMs, plain, checksum } = position;
  const grewInPlace = inode === file.inode && (file.storedBytes > stored || file.modifiedMs === modifiedMs);
  if (grewInPlace || !plain) return true;
  let found = 0;
  for (let at = 0; at < stored; at += comparedAtOnce)
    found = crc32(await file.bytes(at, Math.min(at + comparedAtOnce, stored)), found);
  return found === checksum;
}

/** Whether a file still begins with what was marked: it may have grown, but it was not written anew. */
export async function stillHolds(mark: Omit<Mark, 'path' | 'inode'>, file: SourceFile): Promise<boolean> {
  if (file.storedBytes < mark.stored) return false;
  const { headHash, tailHash } = await hashEnds(file, mark.stored);
  return headHash === mark.headHash && tailHash === mark.tailHash;
}

/**
 * Finds the mark of a file among those known: that of its inode first, then that of its path, then any that its content
 * agrees with (a log that was copied away and cut, as logrotate's copytruncate does). Where several agree, the one that
 * is furthest on. A file that agrees with none is new, even if it stands where another stood.
 */
export class KnownFiles<T extends Mark> {
  readonly #byPlace = new Map<string, T[]>();
  /** By the length and hash of the head; and which lengths there are. */
  readonly #byHead = new Map<string, T[]>();
  readonly #lengths = new Set<number>();

  constructor(known: Iterable<T>) {
    for (const mark of known) this.add(mark);
  }

  add(mark: T): void {
    if (mark.stored === 0) return;
    const length = headLength(mark.stored);
    this.#lengths.add(length);
    addTo(this.#byPlace, mark.inode, mark);
    addTo(this.#byPlace, mark.path, mark);
    addTo(this.#byHead, `${length} ${mark.headHash}`, mark);
  }

  async recognise(file: SourceFile): Promise<T | undefined> {
    const near = [...(this.#byPlace.get(file.inode) ?? []), ...(this.#byPlace.get(file.path) ?? [])];
    const rank = ({ inode }: T): number => (inode === file.inode ? 0 : 1);
    for (const mark of near.toSorted((a, b) => rank(a) - rank(b) || b.stored - a.stored))
      if (await stillHolds(mark, file)) return mark;
    return this.#byContent(file);
  }

  async #byContent(file: SourceFile): Promise<T | undefined> {
    if (this.#lengths.size === 0) return undefined;
    const alike: T[] = [];
    const head = await file.bytes(0, hashedBytes);
    for (const length of this.#lengths) {
      if (length > head.length) continue;
      alike.push(...(this.#byHead.get(`${length} ${hashOf(head.subarray(0, length))}`) ?? []));
    }
    for (const mark of alike.toSorted((a, b) => b.stored - a.stored))
      if (await stillHolds(mark, file)) return mark;
    return undefined;
  }
}

function headLength(stored: number): number {
  return Math.min(stored, hashedBytes);
}

function addTo<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** SHA-256, 32 hex digits. */
export function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}
