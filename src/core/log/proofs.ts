import { AuditExportError } from '../../errors.ts';
import type { Tile } from './tile-path.ts';
import { tileHolding, tileWidth } from './tile-path.ts';
import { emptyRoot, hashBytes, nodeHash, rootOf, splitPoint } from './tree-hash.ts';

/** Gives the hashes of a tile, one behind another. Throws where it is not there. */
export type TileReader = (tile: Tile) => Promise<Buffer>;

const tileHeight = 8;
/** Tiles that are kept in memory: a proof needs two for each level of tiles at most. */
const mostKept = 64;

/** Hashes and proofs of the tree of one size, computed from its tiles (C2SP tlog-tiles). */
export class TileTree {
  readonly size: number;
  readonly #read: TileReader;
  readonly #kept = new Map<string, Promise<Buffer>>();

  constructor(size: number, read: TileReader) {
    this.size = size;
    this.#read = read;
  }

  /** Root of the tree. Throws what the reader throws, and `log-damaged` for a tile of another length. */
  async root(): Promise<Buffer> {
    return this.size === 0 ? emptyRoot() : this.#range(0, this.size);
  }

  /** Hashes that lead from a leaf to the root, lowest first (RFC 6962, 2.1.1). Throws what `root` throws. */
  async inclusionProof(index: number): Promise<Buffer[]> {
    if (index >= this.size) throw new RangeError(`leaf ${index} is not in a tree of ${this.size}`);
    const proof: Buffer[] = [];
    for (let from = 0, to = this.size; to - from > 1;) {
      const split = from + splitPoint(to - from);
      const isLeft = index < split;
      proof.unshift(await (isLeft ? this.#range(split, to) : this.#range(from, split)));
      if (isLeft) to = split;
      else from = split;
    }
    return proof;
  }

  /** Hashes that show that the tree begins with that of `old` leaves (RFC 6962, 2.1.2). Throws what `root` throws. */
  async consistencyProof(old: number): Promise<Buffer[]> {
    if (old > this.size) throw new RangeError(`a tree of ${this.size} leaves does not begin with ${old}`);
    if (old === 0 || old === this.size) return [];
    const proof: Buffer[] = [];
    let from = 0;
    let to = this.size;
    while (to !== old) {
      const split = from + splitPoint(to - from);
      const isLeft = old <= split;
      proof.unshift(await (isLeft ? this.#range(split, to) : this.#range(from, split)));
      if (isLeft) to = split;
      else from = split;
    }
    return from === 0 ? proof : [await this.#range(from, to), ...proof];
  }

  /** Hash of a leaf. Throws what `root` throws. */
  async leaf(index: number): Promise<Buffer> {
    return this.#complete(0, index);
  }

  /** Root of the leaves from `from` up to `to`, a subtree of the tree. */
  async #range(from: number, to: number): Promise<Buffer> {
    const leaves = to - from;
    const height = Math.log2(leaves);
    if (Number.isInteger(height) && from % leaves === 0) return this.#complete(height, from / leaves);
    const split = from + splitPoint(leaves);
    return nodeHash(await this.#range(from, split), await this.#range(split, to));
  }

  /** Root of a complete subtree of 2^height leaves: the hash of so many hashes of one tile. */
  async #complete(height: number, index: number): Promise<Buffer> {
    const level = Math.floor(height / tileHeight);
    const hashes = 2 ** (height % tileHeight);
    const first = index * hashes;
    const tile = tileHolding(level, first, this.size);
    if (tile === undefined) throw new RangeError(`no hash ${first} at level ${level}`);
    const at = (first % tileWidth) * hashBytes;
    const content = (await this.#tile(tile)).subarray(at, at + hashes * hashBytes);
    return rootOf(hashesOf(content));
  }

  async #tile(tile: Tile): Promise<Buffer> {
    const name = `${tile.level} ${tile.index}`;
    const known = this.#kept.get(name);
    if (known !== undefined) return known;
    const reading = this.#read(tile).then((content) => {
      if (content.length !== tile.width * hashBytes)
        throw new AuditExportError(
          'log-damaged',
          `A tile of level ${tile.level} has another length than it must.`,
        );
      return content;
    });
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size >= mostKept) this.#kept.delete(oldest);
    this.#kept.set(name, reading);
    return reading;
  }
}

/** The hashes of a tile. */
export function hashesOf(tile: Buffer): Buffer[] {
  return Array.from({ length: tile.length / hashBytes }, (_, at) =>
    tile.subarray(at * hashBytes, (at + 1) * hashBytes),
  );
}

/** Whether a proof leads from the hash of leaf `index` to the root of a tree of `size` leaves (RFC 9162, 2.1.3.2). */
export function isIncluded(
  { index, size, root }: { index: number; size: number; root: Buffer },
  leaf: Buffer,
  proof: readonly Buffer[],
): boolean {
  if (index >= size) return false;
  let at = index;
  let last = size - 1;
  let hash = leaf;
  for (const node of proof) {
    if (last === 0) return false;
    if (isOdd(at) || at === last) {
      hash = nodeHash(node, hash);
      while (!isOdd(at) && at > 0) [at, last] = [half(at), half(last)];
    } else hash = nodeHash(hash, node);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && hash.equals(root);
}

/** Leaves and root of a tree. */
export interface TreeHead {
  size: number;
  root: Buffer;
}

/** Whether a proof shows that the newer tree begins with the older one (RFC 9162, 2.1.4.2). */
export function isConsistent(older: TreeHead, newer: TreeHead, proof: readonly Buffer[]): boolean {
  if (older.size > newer.size) return false;
  if (older.size === newer.size) return proof.length === 0 && older.root.equals(newer.root);
  if (older.size === 0) return proof.length === 0 && older.root.equals(emptyRoot());
  const path = isPowerOfTwo(older.size) ? [older.root, ...proof] : proof;
  const roots = rootsOf(older.size, newer.size, path);
  return roots !== undefined && roots.older.equals(older.root) && roots.newer.equals(newer.root);
}

/** The roots of both trees that a consistency path comes to; undefined where it is too short or too long. */
function rootsOf(
  olderSize: number,
  newerSize: number,
  [first, ...rest]: readonly Buffer[],
): { older: Buffer; newer: Buffer } | undefined {
  if (first === undefined) return undefined;
  let at = olderSize - 1;
  let last = newerSize - 1;
  while (isOdd(at)) [at, last] = [half(at), half(last)];
  let [older, newer] = [first, first];
  for (const node of rest) {
    if (last === 0) return undefined;
    if (isOdd(at) || at === last) {
      [older, newer] = [nodeHash(node, older), nodeHash(node, newer)];
      while (!isOdd(at) && at > 0) [at, last] = [half(at), half(last)];
    } else newer = nodeHash(newer, node);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 ? { older, newer } : undefined;
}

function isOdd(n: number): boolean {
  return n % 2 === 1;
}

function half(n: number): number {
  return Math.floor(n / 2);
}

function isPowerOfTwo(n: number): boolean {
  return Number.isInteger(Math.log2(n));
}
