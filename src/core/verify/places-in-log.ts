import type { StoreReader } from '../../ports/store/store-reader.ts';
import { leafOf } from '../log/leaf.ts';
import { tileHolding, tileWidth } from '../log/tile-path.ts';
import { FindingBook } from './finding.ts';
import { listLogs } from './log/list-logs.ts';
import type { Prover } from './prove.ts';
import { openProver } from './prove.ts';

/** Where a log tells of an object: the log's id, and the number of the leaf, counted from 0. */
export interface PlaceInLog {
  log: string;
  leaf: number;
}

/**
 * Where the logs of a store tell of these keys, as far as their newest signed checkpoints reach; the first log that does counts, and
 * of its leaves the last. Reads from the end, and no further than it must. A key that no log tells of is left out.
 * Throws what reading the store throws.
 */
export async function placesInLogs(
  reader: StoreReader,
  keys: readonly string[],
): Promise<Map<string, PlaceInLog>> {
  const places = new Map<string, PlaceInLog>();
  const wanted = new Set(keys);
  for (const listed of await listLogs(reader, [], new FindingBook())) {
    if (wanted.size === 0) break;
    const log = await openProver(listed, reader);
    if (log === undefined) continue;
    for await (const { key, leaf } of objectsFromEnd(log))
      if (wanted.delete(key)) {
        places.set(key, { log: listed.id, leaf });
        if (wanted.size === 0) break;
      }
  }
  return places;
}

/** The objects that a log tells of, the last first. */
async function* objectsFromEnd({
  files,
  checkpoint: { size },
}: Prover): AsyncGenerator<{ key: string; leaf: number }> {
  for (let block = Math.ceil(size / tileWidth) - 1; block >= 0; block--) {
    const bundle = tileHolding('entries', block * tileWidth, size);
    const { entries = [] } = bundle === undefined ? {} : await files.entries(bundle);
    for (let at = entries.length - 1; at >= 0; at--) {
      const leaf = leafOf(entries[at] as Buffer);
      if (leaf?.kind === 'object') yield { key: leaf.key, leaf: block * tileWidth + at };
    }
  }
}
