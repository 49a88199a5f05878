import type { Journal } from '../../ports/state/journal.ts';
import { JournalState } from './journal-state.ts';

/** A journal that ends with the process: of a rehearsal, of which nothing is to be known later. */
export function passingJournal(): Journal {
  const state = new JournalState();
  return {
    state,
    add: async (record) => state.apply(record),
    // eslint-disable-next-line require-yield -- Nothing was delivered.
    async *history() {
      return undefined;
    },
    close: async () => undefined,
  };
}
