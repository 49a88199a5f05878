import { leafHash, rootOf } from '../../log/tree-hash.ts';
import { hashesOf } from '../../log/proofs.ts';
import { tileHolding, tileWidth } from '../../log/tile-path.ts';
import type { Tile } from '../../log/tile-path.ts';
import { tileKey } from '../../log/log-keys.ts';
import { hashBytes } from '../../log/tree-hash.ts';
import type { FindingBook } from '../finding.ts';
import type { LogFile, LogFiles } from './log-files.ts';

/** One block of 256 leaves (or the last, of fewer), as its bundle and its tile tell of it. */
export interface Block {
  index: number;
  width: number;
  entries: Buffer[] | undefined;
  /** Hashes of the leaves: of the entries where they can be read, else of the tile; undefined where neither can. */
  hashes: Buffer[] | undefined;
  /** Their root. */
  root: Buffer | undefined;
  /** What the tile says, where that is something else. */
  otherHashes: Buffer[] | undefined;
  /** Root of the block as the tile above has it, where it is complete and that tile can be read. */
  above: Buffer | undefined;
}

/** Looks up a hash of a level in its tile; undefined where that can't be read. */
export type HashAbove = (level: number, index: number) => Promise<Buffer | undefined>;

/** Reads the bundle and the tile of a block. What is missing or does not fit goes to the book, once it is clear which it is. */
export async function readBlock(
  index: number,
  { files, size, hashAbove }: { files: LogFiles; size: number; hashAbove: HashAbove },
  book: FindingBook,
): Promise<Block> {
  const bundle = tileHolding('entries', index * tileWidth, size);
  const tile = tileHolding(0, index * tileWidth, size);
  if (bundle === undefined || tile === undefined) throw new RangeError(`no block ${index} in ${size} leaves`);
  const [read, tileFile] = await Promise.all([files.entries(bundle), files.hashes(tile)]);
  const log = files.id;
  const said = judgeTile(tile, tileFile, { log, book });
  if (read.entries === undefined && read.why !== 'unread') reportBundle(bundle, read, { log, book });
  const own = read.entries?.map(leafHash);
  const block = { index, width: tile.width, entries: read.entries };
  const above = tile.width === tileWidth ? await hashAbove(1, index) : undefined;
  const differs = own !== undefined && said !== undefined && !Buffer.concat(own).equals(Buffer.concat(said));
  const hashes = own ?? said;
  const root = hashes && rootOf(hashes);
  return { ...block, hashes, root, otherHashes: differs ? said : undefined, above };
}

/** The hashes of a tile; one that is gone, or has another length, goes to the book. */
export function judgeTile(
  tile: Tile,
  file: LogFile,
  { log, book }: { log: string; book: FindingBook },
): Buffer[] | undefined {
  const hashes = wholeTile(file.bytes, tile.width);
  const about = { key: tileKey(log, tile), log };
  if (file.bytes === undefined && file.why === 'gone')
    book.add({ ...about, code: 'tile-missing', message: `A tile of level ${tile.level} is gone.` });
  else if (hashes === undefined && (file.bytes !== undefined || file.why === 'too-long'))
    book.add({
      ...about,
      code: 'tile-altered',
      message: `A tile of level ${tile.level} has another length.`,
    });
  return hashes;
}

function reportBundle(
  bundle: Tile,
  { why, isGone }: { why: string; isGone: boolean },
  { log, book }: { log: string; book: FindingBook },
): void {
  book.add({
    code: isGone ? 'tile-missing' : 'entry-altered',
    key: tileKey(log, bundle),
    log,
    leaf: bundle.index * tileWidth,
    message: isGone
      ? `The bundle of leaves ${rangeOf(bundle)} is gone.`
      : `The bundle of leaves ${rangeOf(bundle)} can't be read: ${why}.`,
  });
}

function rangeOf({ index, width }: Tile): string {
  const first = index * tileWidth;
  return width === 1 ? `${first}` : `${first} to ${first + width - 1}`;
}

/** A tile's hashes, if it has so many. */
export function wholeTile(bytes: Buffer | undefined, width: number): Buffer[] | undefined {
  return bytes?.length === width * hashBytes ? hashesOf(bytes) : undefined;
}

/**
 * Which hashes of a block count, and what of it was changed. `trusts` is the word of the tile above (or of the signed root):
 * where the entries agree with it the tile was changed, where the tile does the entries were; where neither does, both were.
 */
export function settleBlock(
  block: Block,
  trusts: 'entries' | 'tile' | 'neither',
  { log, book }: { log: string; book: FindingBook },
): Buffer[] {
  const { hashes = [], otherHashes, index, width } = block;
  if (otherHashes === undefined) return hashes;
  const tile = { level: 0, index, width };
  if (trusts === 'entries') {
    book.add({
      code: 'tile-altered',
      key: tileKey(log, tile),
      log,
      message: `A tile is not the hashes of leaves ${rangeOf(tile)}, which are as they were signed.`,
    });
    return hashes;
  }
  for (const [at, hash] of hashes.entries()) {
    if (hash.equals(otherHashes[at] as Buffer)) continue;
    book.add({
      code: 'entry-altered',
      key: tileKey(log, { level: 'entries', index, width }),
      log,
      leaf: index * tileWidth + at,
      message: `Leaf ${index * tileWidth + at} is not the one whose hash the tile has.`,
    });
  }
  return trusts === 'tile' ? otherHashes : hashes;
}

/** What the tile above says of a complete block; `unknown` where it says nothing. */
export function wordFromAbove({
  root,
  otherHashes,
  above,
}: Block): 'entries' | 'tile' | 'neither' | 'unknown' {
  if (above === undefined) return 'unknown';
  if (root?.equals(above) === true) return 'entries';
  return otherHashes !== undefined && rootOf(otherHashes).equals(above) ? 'tile' : 'neither';
}
