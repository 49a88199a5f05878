import type { SourcePosition } from '../ledger/source-position.ts';
import { hashedBytes } from '../ledger/source-position.ts';
import type { SourceFile } from '../../ports/source.ts';
import { hashOf } from './tailed-stream.ts';

/** What has been read once: its position, and its first bytes where they are still in memory. */
export interface KnownStream {
  position: SourcePosition;
  head: Buffer | undefined;
}

/**
 * How a file stands to what has been read: it `continues` it (it begins with all of it, and may have more), it `begins` it
 * (it holds the first part of it and nothing else: a copy that is not done, or an old one), or it has nothing to do with
 * any.
 */
export type Relation<K extends KnownStream> = { kind: 'continues' | 'begins'; known: K } | { kind: 'none' };

/**
 * Finds what a file continues, or else begins; of several the one that was read furthest, one with the same inode first.
 * Content decides, never the name: rotation renames, copies and writes anew as it likes.
 */
export async function relateFile<K extends KnownStream>(
  file: SourceFile,
  known: readonly K[],
): Promise<Relation<K>> {
  const head = await file.bytes(0, Math.min(file.storedBytes, hashedBytes));
  if (head.length === 0) return { kind: 'none' };
  const hashes = new Map<number, string>();
  const headHash = (bytes: number): string => {
    const hash = hashes.get(bytes) ?? hashOf(head.subarray(0, bytes));
    hashes.set(bytes, hash);
    return hash;
  };
  const sharing = known.filter((one) => one.position.stored > 0 && sharesHead(one, head, headHash));
  const sameInode = ({ position }: K): number => (position.inode === file.inode ? 0 : 1);
  const candidates = sharing.toSorted(
    (a, b) => sameInode(a) - sameInode(b) || b.position.stored - a.position.stored,
  );
  for (const one of candidates) {
    if (await holdsTail(one.position, file)) return { kind: 'continues', known: one };
  }
  const longer = candidates.find(({ position }) => position.stored > file.storedBytes);
  return longer === undefined ? { kind: 'none' } : { kind: 'begins', known: longer };
}

/** Whether both begin alike, as far as both go. */
function sharesHead(
  { position, head: knownHead }: KnownStream,
  head: Buffer,
  headHash: (bytes: number) => string,
): boolean {
  const knownBytes = Math.min(position.stored, hashedBytes);
  if (head.length >= knownBytes) return headHash(knownBytes) === position.headHash;
  return knownHead !== undefined && knownHead.subarray(0, head.length).equals(head);
}

async function holdsTail({ stored, tailHash }: SourcePosition, file: SourceFile): Promise<boolean> {
  if (file.storedBytes < stored) return false;
  return hashOf(await file.bytes(Math.max(0, stored - hashedBytes), stored)) === tailHash;
}
