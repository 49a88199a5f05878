import type { FinishedObject, ObjectStore, PutStatus } from '../../ports/object-store.ts';

/** A witness is sent once a run and kept in the state folder: it should be small. */
const largestWitness = 8 * 1024 * 1024;

/**
 * A store that remembers the smallest object that it confirmed. Put again before a later run, under its name and only
 * if that is free, it tells whether the store still has what it was given: the one look that needs no right to read.
 */
export class WitnessKeeper implements ObjectStore {
  readonly location: string;
  readonly prefix: string;
  readonly #store: ObjectStore;
  #smallest: FinishedObject | undefined;

  constructor(store: ObjectStore) {
    this.#store = store;
    this.location = store.location;
    this.prefix = store.prefix;
  }

  async put(object: FinishedObject): Promise<PutStatus> {
    const status = await this.#store.put(object);
    const limit = this.#smallest?.body.length ?? largestWitness + 1;
    if (object.body.length < limit) this.#smallest = object;
    return status;
  }

  /** The smallest object since the last call; undefined if none was small enough. */
  takeWitness(): FinishedObject | undefined {
    const witness = this.#smallest;
    this.#smallest = undefined;
    return witness;
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
