import type { StoredObject, StoreReader } from '../../../ports/store/store-reader.ts';
import type { ObjectFacts, WantedObjects } from '../stored-object.ts';
import { buildKeyReader, listingsFor, mayHold } from '../stored-object.ts';

/** An object of events, and what its key says. */
export interface ChosenObject extends StoredObject, ObjectFacts {}

/** The objects of a store that may hold events that are asked for, in the order of their keys. Throws what listing throws. */
export async function* chooseObjects(
  reader: Pick<StoreReader, 'list'>,
  layout: string,
  wanted: WantedObjects,
): AsyncGenerator<ChosenObject> {
  const factsOf = buildKeyReader(layout);
  for (const { prefix, startAfter, end } of listingsFor(layout, wanted)) {
    for await (const object of reader.list(prefix, startAfter === undefined ? {} : { startAfter })) {
      if (end !== undefined && object.key >= end) break;
      const facts = factsOf(object.key);
      if (facts !== undefined && mayHold(facts, wanted)) yield { ...object, ...facts };
    }
  }
}
