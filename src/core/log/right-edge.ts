import { encodeBundle, mostEntryBytes } from './entry-bundle.ts';
import { AuditExportError } from '../../errors.ts';
import type { Tile } from './tile-path.ts';
import { tileWidth } from './tile-path.ts';
import { emptyRoot, leafHash, nodeHash, rootOf } from './tree-hash.ts';

/** The open right edge of a tree: all that is needed to go on with it, tens of kB whatever its size. */
export interface Edge {
  /** Leaves of the tree. */
  size: number;
  /** Of each level the hashes of its last tile, if that is not full: at most 255 each. */
  levels: readonly (readonly Buffer[])[];
  /** The entries of the last bundle, if that is not full. */
  entries: readonly Buffer[];
}

/** A tile or bundle, and what is in it (uncompressed). */
export interface TileFile {
  tile: Tile;
  content: Buffer;
}

/** The edge of a tree without leaves. */
export const emptyEdge: Edge = { size: 0, levels: [], entries: [] };

/**
 * Appends entries to a tree: gives its new edge, and the tiles and bundles that the new tree consists of and the old one does
 * not (C2SP tlog-tiles; those of `tilesBetween`). The same edge and entries always give the same. Throws `usage` for an
 * entry of more than 65,535 bytes.
 */
export function grow(edge: Edge, entries: readonly Buffer[]): { edge: Edge; files: TileFile[] } {
  const open = { levels: edge.levels.map((hashes) => [...hashes]), entries: [...edge.entries] };
  const files: TileFile[] = [];
  let { size } = edge;
  for (const entry of entries) {
    if (entry.length > mostEntryBytes)
      throw new AuditExportError('usage', `A leaf of the log has ${entry.length} bytes, more than fit.`);
    open.entries.push(entry);
    size++;
    if (open.entries.length === tileWidth) {
      const tile: Tile = { level: 'entries', index: size / tileWidth - 1, width: tileWidth };
      files.push({ tile, content: encodeBundle(open.entries) });
      open.entries = [];
    }
    appendHash({ levels: open.levels, size, files }, 0, leafHash(entry));
  }
  const grown = { size, levels: open.levels, entries: open.entries };
  return { edge: grown, files: [...files, ...partialFiles(grown, edge.size)] };
}

/** Where hashes are appended. */
interface Growing {
  levels: Buffer[][];
  size: number;
  files: TileFile[];
}

function appendHash({ levels, size, files }: Growing, level: number, hash: Buffer): void {
  const hashes = (levels[level] ??= []);
  hashes.push(hash);
  if (hashes.length < tileWidth) return;
  const index = size / tileWidth ** (level + 1) - 1;
  files.push({ tile: { level, index, width: tileWidth }, content: Buffer.concat(hashes) });
  levels[level] = [];
  appendHash({ levels, size, files }, level + 1, rootOf(hashes));
}

/** The partial tiles that are others than before. */
function partialFiles({ size, levels, entries }: Edge, before: number): TileFile[] {
  if (size === before) return [];
  const index = Math.floor(size / tileWidth);
  const files: TileFile[] =
    entries.length === 0
      ? []
      : [{ tile: { level: 'entries', index, width: entries.length }, content: encodeBundle(entries) }];
  for (const [level, hashes] of levels.entries()) {
    const at = (leaves: number): number => Math.floor(leaves / tileWidth ** level);
    if (hashes.length === 0 || at(size) === at(before)) continue;
    const tile = { level, index: Math.floor(at(size) / tileWidth), width: hashes.length };
    files.push({ tile, content: Buffer.concat(hashes) });
  }
  return files;
}

/** Root of the tree (RFC 6962, 2.1). */
export function rootOfEdge({ size, levels }: Edge): Buffer {
  if (size === 0) return emptyRoot();
  // Complete subtrees from right to left, each at least as high as those to its right.
  let root: Buffer | undefined;
  for (const hashes of levels) {
    let rest = [...hashes];
    while (rest.length > 0) {
      const width = lowestBit(rest.length);
      const subtree = rootOf(rest.slice(-width));
      root = root === undefined ? subtree : nodeHash(subtree, root);
      rest = rest.slice(0, -width);
    }
  }
  return root ?? emptyRoot();
}

/** The largest power of two that divides `n`. */
function lowestBit(n: number): number {
  let bit = 1;
  while (n % (bit * 2) === 0) bit *= 2;
  return bit;
}
