import type { Ledger } from '../../ports/ledger.ts';
import { PutFailure } from '../../ports/put-failure.ts';
import type { WitnessAnswer, WitnessStore } from '../../ports/witness-store.ts';
import type { FinishedObject } from '../../ports/object-store.ts';

/**
 * Whether a store still has what it was given; `unsure` where all answers were lost. Nothing may be taken for lost on an
 * unsure answer, for what is delivered afresh beside what is there would be there twice.
 */
export type StoreLook = 'there' | 'lost' | 'unsure';

/**
 * Asks the store for an object that it was given before, and for the next one where the answer is lost. The question is
 * written down before it is put: it puts the object back, so whoever asks again after a crash hears that it is there.
 * Throws what the store and the ledger throw.
 */
export async function lookAtStore(ledger: Ledger, store: WitnessStore): Promise<StoreLook> {
  if (ledger.state.lost !== undefined) return 'lost';
  const witnesses = await ledger.witnesses();
  for (const witness of witnesses) {
    const { key } = witness;
    if (ledger.state.spent.has(key)) continue;
    await ledger.add({ kind: 'ask', key });
    const answer = await ask(witness, ledger, store);
    if (answer === 'unsure') continue;
    const isLost = answer === 'stored';
    await ledger.add({ kind: 'told', isLost });
    return isLost ? 'lost' : 'there';
  }
  return witnesses.length === 0 ? 'there' : 'unsure';
}

/** A store that could not be reached was not asked, and the witness is as good as before. */
async function ask(witness: FinishedObject, ledger: Ledger, store: WitnessStore): Promise<WitnessAnswer> {
  try {
    return await store.ask(witness);
  } catch (error) {
    if (error instanceof PutFailure && !error.trouble.maybeStored)
      await ledger.add({ kind: 'unasked', key: witness.key });
    throw error;
  }
}
