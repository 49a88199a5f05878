import type { Batch, BatchPart } from './batch.ts';
import type { FoundPart, PartFinder } from './find-parts.ts';
import { KnownFiles } from './recognise-file.ts';
import type { LedgerState } from './ledger-state.ts';
import type { SourcePosition } from './source-position.ts';

/** A batch that was done, with the files that it can be done again from. */
export interface ProvableBatch {
  batch: Batch;
  found: FoundPart[];
}

/** Batches of files that a run was given, whole: done again, they show what the store has. */
export async function batchesToProve(done: readonly Batch[], finder: PartFinder): Promise<ProvableBatch[]> {
  const batches: ProvableBatch[] = [];
  for (const batch of done) {
    if (!finder.covers(batch) || hasDropped(batch)) continue;
    const { found, all } = await finder.find(batch);
    if (all) batches.push({ batch, found });
  }
  return batches;
}

/**
 * The parts of a batch in their files, where a store that lost everything can be given it again: each part goes on where
 * its file stands in the store now, or begins it. Undefined where a part is gone, or is delivered otherwise meanwhile.
 */
export async function partsToRestore(
  batch: Batch,
  finder: PartFinder,
  { positions, begun }: Pick<LedgerState, 'positions' | 'begun'>,
): Promise<FoundPart[] | undefined> {
  const { found, all } = await finder.find(batch);
  if (!all || found.length === 0) return undefined;
  const known = new KnownFiles(positions.values());
  const others = Array.from(begun.values()).filter(({ id }) => id !== batch.id);
  const elsewhere = [...positions.values(), ...others.flatMap(({ parts }) => parts)];
  for (const { part, source } of found) {
    if (!goesOn(part, positions.get(part.id))) return undefined;
    const { inode } = source.file;
    if (elsewhere.some((other) => other.id !== part.id && other.inode === inode)) return undefined;
    const delivered = await known.recognise(source.file);
    if (delivered !== undefined && delivered.id !== part.id) return undefined;
  }
  return found;
}

const lineEndingBytes = 2;

/** Whether a part begins its file, or goes on behind what was delivered of it; a line ending may have come between. */
function goesOn({ from }: BatchPart, position: SourcePosition | undefined): boolean {
  if (position === undefined) return from.stored === 0 && from.offset === 0;
  const skipped = from.stored - position.stored;
  return skipped >= 0 && skipped <= lineEndingBytes;
}

/** Whoever does a batch again does not know which of its lines were dropped. */
export function hasDropped({ dropped = 0 }: Batch): boolean {
  return dropped > 0;
}
