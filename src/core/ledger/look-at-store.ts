import type { Ledger } from '../../ports/ledger.ts';
import type { FinishedObject } from '../../ports/object-store.ts';
import type { WitnessStore } from '../../ports/witness-store.ts';

/**
 * Whether a store still has what it was given: `there`, or `lost` with the witness that it was asked for, and has again; or
 * `unsure`, where all answers were lost. Nothing may be taken for lost on an unsure answer, for what is delivered afresh
 * beside what is there would be there twice.
 */
export type StoreLook =
  | { found: 'there' | 'unsure' }
  | { found: 'lost'; witness: FinishedObject | undefined };

/**
 * Asks the store for an object that it was given before, and for the next one where the answer is lost. The question is
 * written down before it is put: it puts the object back, so whoever asks again after a crash hears that it is there.
 * Throws what the store and the ledger throw.
 */
export async function lookAtStore(ledger: Ledger, store: WitnessStore): Promise<StoreLook> {
  const { state } = ledger;
  const witnesses = await ledger.witnesses();
  if (state.lost !== undefined) {
    const { lost } = state;
    return { found: 'lost', witness: witnesses.find(({ key }) => key === lost) };
  }
  for (const witness of witnesses) {
    const { key } = witness;
    if (state.spent.has(key)) continue;
    await ledger.add({ kind: 'ask', key });
    const answer = await store.ask(witness);
    if (answer === 'unsure') continue;
    const isLost = answer === 'stored';
    await ledger.add({ kind: 'told', key, isLost });
    return isLost ? { found: 'lost', witness } : { found: 'there' };
  }
  return { found: witnesses.length === 0 ? 'there' : 'unsure' };
}
