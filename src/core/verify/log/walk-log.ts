import { tileKey } from '../../log/log-keys.ts';
import { tileHolding, tileWidth } from '../../log/tile-path.ts';
import { leafHash, rootOf } from '../../log/tree-hash.ts';
import type { FindingBook } from '../finding.ts';
import type { Block } from './block.ts';
import { judgeTile, readBlock, settleBlock, wholeTile, wordFromAbove } from './block.ts';
import { Frontier } from './frontier.ts';
import type { LogFiles } from './log-files.ts';

/** Blocks that are asked for while one is looked at. */
const blocksAhead = 8;
/** Tiles that are kept: one of each level, and the ones that blocks ahead need. */
const tilesKept = 24;

export interface WalkOptions {
  files: LogFiles;
  /** Leaves of the tree, as its newest checkpoint says. */
  size: number;
  /** What the newest checkpoint says the root is. */
  root: Buffer | undefined;
  /** Sizes at which roots are wanted, rising. */
  wanted: readonly number[];
  /** Widths of the older, partial files, by `<level>/<index>`. */
  partials: ReadonlyMap<string, readonly number[]>;
  book: FindingBook;
}

/** What comes out of the walk: roots by size; none from where leaves are missing altogether. */
export interface WalkedLog {
  roots: Map<number, Buffer>;
  /** Leaves that could not be read. */
  unreadLeaves: number;
}

/**
 * Walks through a log from its first leaf to its last: hands over the entries in order, holds each bundle against its tile and
 * each tile against the one above it, and computes roots. What is altered or missing goes to the book. Memory does not
 * depend on the size of the log.
 */
export async function walkLog(
  options: WalkOptions,
  onEntry: (entry: Buffer, index: number) => void,
): Promise<WalkedLog> {
  const walk = new Walk(options);
  const blocks = Math.ceil(options.size / tileWidth);
  const asked: Promise<Block>[] = [];
  for (let index = 0; index < blocks; index++) {
    for (let next = index + asked.length; next < Math.min(blocks, index + blocksAhead); next++)
      asked.push(later(walk.read(next)));
    const block = await (asked.shift() as Promise<Block>);
    const trusted = await walk.take(block);
    // What was altered says nothing: only entries that have the hash that counts are handed over.
    for (const [at, entry] of block.entries?.entries() ?? [])
      if (trusted === block.hashes || trusted?.[at]?.equals(block.hashes?.[at] as Buffer) === true)
        onEntry(entry, index * tileWidth + at);
  }
  return walk.end();
}

/** A promise that may fail before anybody looks at it. */
function later<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

class Walk {
  readonly #options: WalkOptions;
  readonly #roots = new Map<number, Buffer>();
  readonly #tiles = new Map<string, Promise<Buffer[] | undefined>>();
  /** Of each level above the leaves, the hashes of the tile that is being filled; undefined for unknown ones. */
  readonly #rows: (Buffer | undefined)[][] = [];
  #frontier: Frontier | undefined = new Frontier();
  #wantedAt = 0;
  #unreadLeaves = 0;

  constructor(options: WalkOptions) {
    this.#options = options;
  }

  read(index: number): Promise<Block> {
    const { files, size, book } = this.#options;
    return readBlock(index, { files, size, hashAbove: (level, at) => this.#hashAt(level, at) }, book);
  }

  /** Answers with the hashes of its leaves that count. */
  async take(block: Block): Promise<Buffer[] | undefined> {
    const { files, book } = this.#options;
    if (block.entries === undefined) this.#unreadLeaves += block.width;
    const word = wordFromAbove(block);
    const trusted = word === 'unknown' ? this.#trustedAtEnd(block) : word;
    const hashes =
      block.hashes === undefined ? undefined : settleBlock(block, trusted, { log: files.id, book });
    this.#recordRoots(block, hashes);
    await this.#comparePartials(block, hashes);
    const root = hashes === block.hashes ? block.root : hashes && rootOf(hashes);
    const blockRoot = root ?? block.above;
    if (block.width === tileWidth) await this.#runProbes(1, block.index, blockRoot);
    this.#append(block, hashes, blockRoot);
    return hashes;
  }

  async end(): Promise<WalkedLog> {
    await this.#partialRows();
    const { size } = this.#options;
    if (this.#frontier !== undefined) this.#roots.set(size, this.#frontier.root());
    return { roots: this.#roots, unreadLeaves: this.#unreadLeaves };
  }

  /** The last block has no tile above it: the signed root tells, where the rest of the tree is known. */
  #trustedAtEnd({ hashes, otherHashes, index, width }: Block): 'entries' | 'tile' {
    const { root, size } = this.#options;
    if (otherHashes === undefined || hashes === undefined) return 'entries';
    const isLast = index * tileWidth + width === size;
    const rootWith = (leaves: readonly Buffer[]): Buffer | undefined => {
      const tree = this.#frontier?.copy();
      for (const leaf of leaves) tree?.append(leaf);
      return tree?.root();
    };
    const fits = isLast && root !== undefined && rootWith(otherHashes)?.equals(root) === true;
    return fits ? 'tile' : 'entries';
  }

  #recordRoots({ index, width }: Block, hashes: Buffer[] | undefined): void {
    const { wanted } = this.#options;
    const begin = index * tileWidth;
    let tree: Frontier | undefined;
    let taken = 0;
    for (; (wanted[this.#wantedAt] ?? Infinity) <= begin + width; this.#wantedAt++) {
      const size = wanted[this.#wantedAt] as number;
      if (hashes === undefined || this.#frontier === undefined) continue;
      tree ??= this.#frontier.copy();
      for (; begin + taken < size; taken++) tree.append(hashes[taken] as Buffer);
      this.#roots.set(size, tree.root());
    }
  }

  #append({ width }: Block, hashes: Buffer[] | undefined, blockRoot: Buffer | undefined): void {
    if (width === tileWidth && blockRoot !== undefined) this.#frontier?.append(blockRoot, 8);
    else if (hashes === undefined) this.#frontier = undefined;
    else for (const hash of hashes) this.#frontier?.append(hash);
  }

  /** A hash of a level is known: the tile it lies in is compared when it is full, and its root goes up. */
  async #runProbes(level: number, index: number, hash: Buffer | undefined): Promise<void> {
    const row = (this.#rows[level] ??= []);
    row.push(hash);
    if (row.length < tileWidth) return;
    this.#rows[level] = [];
    const tileIndex = Math.floor(index / tileWidth);
    const known = await this.#compareTile(level, tileIndex, row);
    const whole = known.every((one) => one !== undefined);
    const root = whole ? rootOf(known) : await this.#hashAt(level + 1, tileIndex);
    await this.#runProbes(level + 1, tileIndex, root);
  }

  async #partialRows(): Promise<void> {
    for (const [level, row] of this.#rows.entries()) {
      if (row === undefined || row.length === 0) continue;
      const { size } = this.#options;
      const index = Math.floor(size / tileWidth ** level / tileWidth);
      await this.#compareTile(level, index, row);
    }
  }

  /** Holds a tile against what was computed from below; what is not known from below is taken from it. */
  async #compareTile(
    level: number,
    index: number,
    row: readonly (Buffer | undefined)[],
  ): Promise<(Buffer | undefined)[]> {
    const said = await this.#tile(level, index);
    const { files, book } = this.#options;
    const key = tileKey(files.id, { level, index, width: row.length });
    const differing = row.flatMap((hash, at) => {
      const other = said?.[at];
      return hash !== undefined && other !== undefined && !hash.equals(other) ? [at] : [];
    });
    if (said !== undefined && differing.length > 0) {
      if (await this.#isRightBelow(level, index, row)) {
        const message = `A tile of level ${level} is not what the tiles below it make, at ${differing.length} of ${row.length} hashes.`;
        book.add({ code: 'tile-altered', key, log: files.id, message });
      } else this.#reportBelow(level, index, differing);
    }
    await this.#compareOlder(`${level}/${index}`, row, { level, index });
    return row.map((hash, at) => hash ?? said?.[at]);
  }

  /** Whether what was computed from below is right, and not the tile: the tile above tells, or the signed root. */
  async #isRightBelow(level: number, index: number, row: readonly (Buffer | undefined)[]): Promise<boolean> {
    const { root } = this.#options;
    if (row.length < tileWidth)
      return root === undefined || this.#frontier === undefined || this.#frontier.root().equals(root);
    const above = await this.#hashAt(level + 1, index);
    if (above !== undefined && row.every((hash) => hash !== undefined)) return rootOf(row).equals(above);
    return true;
  }

  #reportBelow(level: number, index: number, positions: readonly number[]): void {
    const { files, book, size } = this.#options;
    const leaves = tileWidth ** level;
    for (const at of positions) {
      const first = (index * tileWidth + at) * leaves;
      const last = Math.min(size, first + leaves) - 1;
      book.add({
        code: 'entry-altered',
        log: files.id,
        leaf: first,
        message: `Leaves ${first} to ${last} and their tiles were changed: the tile above them has another hash.`,
      });
    }
  }

  /** Older, partial forms of a tile, which published checkpoints still need. */
  async #compareOlder(
    name: string,
    row: readonly (Buffer | undefined)[],
    { level, index }: { level: number; index: number },
  ): Promise<void> {
    const { files, book, partials } = this.#options;
    for (const width of partials.get(name) ?? []) {
      if (width >= row.length) continue;
      const tile = { level, index, width };
      const said = wholeTile((await files.hashes(tile)).bytes, width);
      const isSame = said?.every((hash, at) => row[at]?.equals(hash) ?? true) ?? false;
      if (!isSame)
        book.add({
          code: 'tile-altered',
          key: tileKey(files.id, tile),
          log: files.id,
          message: 'An older, partial tile is not the beginning of the newer one.',
        });
    }
  }

  async #comparePartials({ index, width, entries }: Block, hashes: Buffer[] | undefined): Promise<void> {
    const { files, book, partials } = this.#options;
    if (hashes !== undefined) await this.#compareOlder(`0/${index}`, hashes, { level: 0, index });
    if (entries === undefined || hashes === undefined) return;
    for (const older of partials.get(`entries/${index}`) ?? []) {
      if (older >= width) continue;
      const tile = { level: 'entries' as const, index, width: older };
      const read = await files.entries(tile);
      const isSame =
        read.entries?.every((entry, at) => leafHash(entry).equals(hashes[at] as Buffer)) ?? false;
      if (!isSame && read.why !== 'unread')
        book.add({
          code: 'entry-altered',
          key: tileKey(files.id, tile),
          log: files.id,
          leaf: index * tileWidth,
          message: 'An older, partial bundle is not the beginning of the newer one.',
        });
    }
  }

  async #hashAt(level: number, index: number): Promise<Buffer | undefined> {
    return (await this.#tile(level, Math.floor(index / tileWidth)))?.[index % tileWidth];
  }

  /** The hashes of a tile above the leaves; told once if they can't be had. */
  #tile(level: number, index: number): Promise<Buffer[] | undefined> {
    const name = `${level}/${index}`;
    const known = this.#tiles.get(name);
    if (known !== undefined) {
      this.#tiles.delete(name);
      this.#tiles.set(name, known);
      return known;
    }
    const reading = this.#readTile(level, index);
    this.#tiles.set(name, reading);
    const [oldest] = this.#tiles.keys();
    if (this.#tiles.size > tilesKept && oldest !== undefined) this.#tiles.delete(oldest);
    return reading;
  }

  async #readTile(level: number, index: number): Promise<Buffer[] | undefined> {
    const { files, book, size } = this.#options;
    const tile = tileHolding(level, index * tileWidth, size);
    if (tile === undefined) return undefined;
    return judgeTile(tile, await files.hashes(tile), { log: files.id, book });
  }
}
