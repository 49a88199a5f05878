import { AuditExportError } from '../../../errors.ts';
import type { TileReader } from '../proofs.ts';
import type { Edge, TileFile } from '../right-edge.ts';
import type { Tile } from '../tile-path.ts';
import { tilePath, tileWidth } from '../tile-path.ts';

/** Tiles that were just made, those of the right edge, and where one may read all others. */
export function readerOf(
  { files, edge }: { files: readonly TileFile[]; edge: Edge },
  readStored: (tile: Tile) => Promise<Buffer | undefined>,
): TileReader {
  const made = new Map(files.map(({ tile, content }) => [tilePath(tile), content]));
  return async (tile) => {
    const hashes =
      typeof tile.level === 'number' && tile.width < tileWidth ? edge.levels[tile.level] : undefined;
    const content = made.get(tilePath(tile)) ?? (hashes && Buffer.concat(hashes)) ?? (await readStored(tile));
    if (content !== undefined) return content;
    throw new AuditExportError('log-damaged', `${tilePath(tile)} of the log is not at hand.`, {
      cure: 'With credentials that may read the log (s3:GetObject): audit-export evidence publish',
    });
  };
}
