import type { LedgerRecord, LedgerState } from '../core/ledger/batch.ts';
import type { FinishedObject } from './object-store.ts';

/** What has been delivered of which file to one destination. One process at a time has it. */
export interface Ledger {
  readonly state: LedgerState;
  /**
   * Adds a record; when the promise resolves, it survives the end of the process, and what must not be forgotten survives
   * a power cut. Throws `state-not-written`.
   */
  add: (record: LedgerRecord) => Promise<void>;
  /** An object that was delivered before, to ask the store whether it still has it. */
  witness: () => Promise<FinishedObject | undefined>;
  keepWitness: (object: FinishedObject) => Promise<void>;
  close: () => Promise<void>;
}
