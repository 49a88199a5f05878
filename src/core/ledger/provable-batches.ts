import type { Batch } from './batch.ts';
import { endOfChain } from './batch.ts';
import type { FoundPart, PartFinder } from './find-parts.ts';
import type { LostDelivery } from './ledger-state.ts';

/** A batch that was done, with the files that it can be done again from. */
export interface ProvableBatch {
  batch: Batch;
  found: FoundPart[];
}

/** Batches of files that a run was given, whole: done again, they show what the store has. */
export async function batchesToProve(done: readonly Batch[], finder: PartFinder): Promise<ProvableBatch[]> {
  return findAll(
    done.filter((batch) => finder.covers(batch) && !hasDropped(batch)),
    finder,
  ).then(({ provable }) => provable);
}

/**
 * Batches of which a store that lost everything can be given the objects again, also those of files which the run was not
 * given: delivered afresh later, they would be cut differently from what is put back now. A file of which not everything
 * can be done again is delivered from its beginning, so none of its batches may be.
 */
export async function batchesToRestore(lost: LostDelivery, finder: PartFinder): Promise<ProvableBatch[]> {
  const left = Array.from(lost.done.values()).filter(({ id }) => !lost.restored.has(id));
  const { provable, gone } = await findAll(left, finder);
  for (const id of notWhole(left, lost)) gone.add(id);
  const isGone = ({ batch }: ProvableBatch): boolean => batch.parts.some(({ id }) => gone.has(id));
  let known: number;
  do {
    known = gone.size;
    for (const { batch } of provable.filter(isGone)) for (const { id } of batch.parts) gone.add(id);
  } while (known < gone.size);
  return provable.filter((found) => !isGone(found));
}

/** Files of which more was delivered than the batches left will bring: it was followed, or the batch is forgotten. */
function notWhole(left: readonly Batch[], { positions, restoredTo }: LostDelivery): string[] {
  const reached = new Map<string, number>();
  for (const part of left.flatMap(({ parts }) => parts))
    reached.set(part.id, endOfChain(reached.get(part.id) ?? restoredTo.get(part.id) ?? 0, part));
  return [...reached].filter(([id, to]) => positions.get(id)?.stored !== to).map(([id]) => id);
}

/** Whoever does a batch again does not know which of its lines were dropped. */
export function hasDropped({ dropped = 0 }: Batch): boolean {
  return dropped > 0;
}

async function findAll(
  batches: readonly Batch[],
  finder: PartFinder,
): Promise<{ provable: ProvableBatch[]; gone: Set<string> }> {
  const provable: ProvableBatch[] = [];
  const gone = new Set<string>();
  for (const batch of batches) {
    const { found, all } = await finder.find(batch);
    if (all) provable.push({ batch, found });
    else for (const { id } of batch.parts) gone.add(id);
  }
  return { provable, gone };
}
