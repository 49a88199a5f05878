import { hash } from 'node:crypto';

/** Bytes of a hash. */
export const hashBytes = 32;

/**
 * What is hashed next: a hash object for each of millions of leaves and nodes would cost more than hashing them. So would a
 * buffer: Node gives a string of bytes in a third of the time.
 */
let scratch = Buffer.alloc(2048);
const nodeScratch = Buffer.alloc(1 + 2 * hashBytes, 0x01);

/** Hash of a leaf: SHA-256(0x00 ‖ entry) (RFC 6962, 2.1). */
export function leafHash(entry: Uint8Array): Buffer {
  if (entry.length >= scratch.length) scratch = Buffer.alloc(2 * entry.length);
  scratch.set(entry, 1);
  return Buffer.from(hash('sha256', scratch.subarray(0, entry.length + 1), 'binary'), 'binary');
}

/** Hash of a node: SHA-256(0x01 ‖ left ‖ right) (RFC 6962, 2.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  nodeScratch.set(left, 1);
  nodeScratch.set(right, 1 + hashBytes);
  return Buffer.from(hash('sha256', nodeScratch, 'binary'), 'binary');
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
  if (hashes.length === 0) return emptyRoot();
  const level = Buffer.concat(hashes);
  // Splitting at the largest power of two is pairing from the left, where the last one without a partner goes up as it is.
  for (let width = hashes.length; width > 1; width = Math.ceil(width / 2)) {
    for (let at = 0; at + 1 < width; at += 2) {
      level.copy(nodeScratch, 1, at * hashBytes, (at + 2) * hashBytes);
      level.write(hash('sha256', nodeScratch, 'binary'), (at / 2) * hashBytes, 'binary');
    }
    const isOdd = width % 2 === 1;
    if (isOdd) level.copyWithin(((width - 1) / 2) * hashBytes, (width - 1) * hashBytes, width * hashBytes);
  }
  // A copy: whoever keeps the root need not keep the level.
  return Buffer.from(level.subarray(0, hashBytes));
}
