import { tileKey } from '../../log/log-keys.ts';
import type { Tile } from '../../log/tile-path.ts';
import { hashesAt, tileHolding, tileWidth } from '../../log/tile-path.ts';
import type { FindingBook } from '../finding.ts';
import type { LogFiles } from '../log/log-files.ts';
import type { ListedLog } from '../log/list-logs.ts';

/**
 * Tells of partial tiles and bundles that a checkpoint needs and that are not there. Those of the newest are read, and told of
 * there.
 */
export async function reportGoneTiles(
  { id, partials }: ListedLog,
  checkpoints: readonly { size: number }[],
  { files, book }: { files: LogFiles; book: FindingBook },
): Promise<void> {
  const newest = checkpoints.at(-1)?.size ?? 0;
  const known = new Set([...partialTiles(newest)].map((tile) => tileKey(id, tile)));
  for (const { size } of checkpoints)
    for (const tile of partialTiles(size)) {
      const key = tileKey(id, tile);
      if (known.has(key) || partials.get(`${tile.level}/${tile.index}`)?.includes(tile.width) === true)
        continue;
      known.add(key);
      if (!(await files.isGone(key))) continue;
      const what = tile.level === 'entries' ? 'A bundle of leaves' : `A tile of level ${tile.level}`;
      book.add({
        code: 'tile-missing',
        key,
        log: id,
        message: `${what}, which the checkpoint of ${size} leaves needs, is gone.`,
      });
    }
}

/** The tiles and the bundle of a tree of so many leaves that are not full. */
function* partialTiles(size: number): Generator<Tile> {
  const last = (level: Tile['level'], hashes: number): Tile | undefined =>
    hashes % tileWidth === 0 ? undefined : tileHolding(level, hashes - 1, size);
  const bundle = last('entries', size);
  if (bundle !== undefined) yield bundle;
  for (let level = 0; hashesAt(size, level) > 0; level++) {
    const tile = last(level, hashesAt(size, level));
    if (tile !== undefined) yield tile;
  }
}
