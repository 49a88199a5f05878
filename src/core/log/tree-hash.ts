import { hash } from 'node:crypto';

/** Bytes of a hash. */
export const hashBytes = 32;

/** What is hashed next: a hash object for each of millions of leaves and nodes would cost more than hashing them. */
let scratch = Buffer.alloc(2048);
const nodeScratch = Buffer.alloc(1 + 2 * hashBytes, 0x01);

/** Hash of a leaf: SHA-256(0x00 ‖ entry) (RFC 6962, 2.1). */
export function leafHash(entry: Uint8Array): Buffer {
  if (entry.length >= scratch.length) scratch = Buffer.alloc(2 * entry.length);
  scratch.set(entry, 1);
  return hash('sha256', scratch.subarray(0, entry.length + 1), 'buffer');
}

/** Hash of a node: SHA-256(0x01 ‖ left ‖ right) (RFC 6962, 2.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  nodeScratch.set(left, 1);
  nodeScratch.set(right, 1 + hashBytes);
  return hash('sha256', nodeScratch, 'buffer');
}

/** Root of a tree without leaves: SHA-256 of nothing (RFC 6962, 2.1). */
export function emptyRoot(): Buffer {
  return hash('sha256', '', 'buffer');
}

/** The largest power of two below `n`; `n` is above 1. */
export function splitPoint(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}

/** Root of the tree whose leaves (or complete subtrees of one height) have these hashes (RFC 6962, 2.1: MTH). */
export function rootOf(hashes: readonly Buffer[]): Buffer {
  let level = hashes;
  // Splitting at the largest power of two is pairing from the left, where the last one without a partner goes up as it is.
  while (level.length > 1) {
    const above: Buffer[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const left = level[at] as Buffer;
      const right = level[at + 1];
      above.push(right === undefined ? left : nodeHash(left, right));
    }
    level = above;
  }
  return level[0] ?? emptyRoot();
}
