import { leafOf } from '../../log/leaf.ts';
import type { VerifierKey } from '../../log/signed-note.ts';
import { tileHolding, tileWidth } from '../../log/tile-path.ts';
import { FindingBook } from '../finding.ts';
import type { StoredCheckpoint } from './checkpoints.ts';
import { wordOfSignature } from './checkpoints.ts';
import { isSameKey, KeyChain } from './key-chain.ts';
import type { LogFiles } from './log-files.ts';

/**
 * The checkpoint up to which a log is to be read: the newest that a key of the log has signed (one of `given`, the one that the
 * first leaf names, or one that a later leaf names). Undefined where there is none. `checkpoints` rise by size.
 */
export async function findTarget(
  checkpoints: readonly StoredCheckpoint[],
  { files, given }: { files: LogFiles; given: readonly VerifierKey[] },
): Promise<StoredCheckpoint | undefined> {
  const chain = new KeyChain(files.id, new FindingBook());
  const keys = (): VerifierKey[] => {
    const own = chain.all;
    return [...own, ...given.filter((one) => !own.some((key) => isSameKey(key, one)))];
  };
  const newest = (): StoredCheckpoint | undefined =>
    checkpoints.findLast((checkpoint) => wordOfSignature(checkpoint, keys()).word === 'signed');
  const smallest = checkpoints[0];
  if (smallest === undefined) return undefined;
  let scanned = await scan(files, { from: 0, to: Math.min(tileWidth, smallest.size), chain });
  let target = newest();
  // A checkpoint of another key than is known may be of one that the log has changed to before it.
  for (const { size } of checkpoints) {
    if (target === undefined || size <= target.size || size <= scanned) continue;
    if (!hasForeignBehind(checkpoints, target, keys())) break;
    scanned = await scan(files, { from: scanned, to: size, chain });
    target = newest();
  }
  const last = checkpoints.at(-1);
  const isForeign =
    target !== undefined && last !== undefined && hasForeignBehind(checkpoints, target, keys());
  // Where the leaf that names the next key is damaged, the walk has to go on to find it.
  return isForeign && (await isThere(last, files)) ? last : target;
}

async function isThere({ size }: StoredCheckpoint, files: LogFiles): Promise<boolean> {
  const tile = tileHolding(0, size - 1, size);
  return tile !== undefined && (await files.hashes(tile)).bytes !== undefined;
}

function hasForeignBehind(
  checkpoints: readonly StoredCheckpoint[],
  { size }: StoredCheckpoint,
  keys: readonly VerifierKey[],
): boolean {
  return checkpoints.some((one) => one.size > size && wordOfSignature(one, keys).word === 'foreign');
}

/** Reads leaves for the keys that they name, up to where a bundle is missing; answers with how far it came. */
async function scan(
  files: LogFiles,
  { from, to, chain }: { from: number; to: number; chain: KeyChain },
): Promise<number> {
  for (let first = from - (from % tileWidth); first < to; first += tileWidth) {
    const bundle = tileHolding('entries', first, to);
    const { entries } = bundle === undefined ? { entries: undefined } : await files.entries(bundle);
    if (entries === undefined) return first;
    for (const [at, entry] of entries.entries()) {
      const leaf = first + at < from ? undefined : leafOf(entry);
      if (leaf?.kind === 'open') chain.open(leaf, first + at);
      if (leaf?.kind === 'key') chain.rotate(leaf, first + at);
    }
  }
  return to;
}
