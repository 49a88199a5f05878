import type { FinishedObject, PutStatus } from '../../ports/object-store.ts';
import type { WitnessAnswer, WitnessStore } from '../../ports/witness-store.ts';

/** They are kept in memory and in the state folder: together they should be small. */
const mostWitnesses = 3;
const witnessBytes = 8 * 1024 * 1024;

/** The first of these that are few and small enough to be kept. */
export function fewWitnesses(objects: readonly FinishedObject[]): FinishedObject[] {
  const kept = new Map<string, FinishedObject>();
  let bytes = 0;
  for (const object of objects) {
    if (kept.size === mostWitnesses) break;
    if (kept.has(object.key) || bytes + object.body.length > witnessBytes) continue;
    kept.set(object.key, object);
    bytes += object.body.length;
  }
  return [...kept.values()];
}

/**
 * A store that remembers the smallest objects that it confirmed. One of them put again before a later run, under its name
 * and only if that is free, tells whether the store still has what it was given: the one look that needs no right to
 * read. They are several, since the answer for one may be lost, and then that one tells nothing any more.
 */
export class WitnessKeeper implements WitnessStore {
  readonly location: string;
  readonly prefix: string;
  readonly #store: WitnessStore;
  #smallest: FinishedObject[] = [];

  constructor(store: WitnessStore) {
    this.#store = store;
    this.location = store.location;
    this.prefix = store.prefix;
  }

  async put(object: FinishedObject): Promise<PutStatus> {
    const status = await this.#store.put(object);
    const sorted = [...this.#smallest, object].toSorted((a, b) => a.body.length - b.body.length);
    this.#smallest = fewWitnesses(sorted);
    return status;
  }

  ask(object: FinishedObject): Promise<WitnessAnswer> {
    return this.#store.ask(object);
  }

  /** The smallest objects since the last call, none where all were large. */
  takeWitnesses(): FinishedObject[] {
    const witnesses = this.#smallest;
    this.#smallest = [];
    return witnesses;
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
