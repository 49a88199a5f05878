import type { FinishedObject, ObjectStore, PutStatus } from './object-store.ts';

/** What a store says of an object that it was given before; `unsure` where an answer was lost on the way. */
export type WitnessAnswer = PutStatus | 'unsure';

/** A store that can be asked for an object, and says whether its answer may be the echo of its own earlier try. */
export interface WitnessStore extends ObjectStore {
  /** Stores the object as `put` does, since there is no right to read. Throws as `put` does. */
  ask: (object: FinishedObject) => Promise<WitnessAnswer>;
}
