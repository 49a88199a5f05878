import type { LedgerRecord, LedgerState } from '../core/ledger/ledger-state.ts';
import type { FinishedObject } from './object-store.ts';

/** What has been delivered of which file to one destination. One process at a time has it. */
export interface Ledger {
  readonly state: LedgerState;
  /**
   * Adds a record; when the promise resolves, it survives the end of the process, and what must not be forgotten survives
   * a power cut. Throws `state-not-written`.
   */
  add: (record: LedgerRecord) => Promise<void>;
  /** Objects that were delivered last, to ask the store whether it still has them. */
  witnesses: () => Promise<FinishedObject[]>;
  /**
   * Keeps these in place of the ones it has, if there are any: older ones may have been expired by a lifecycle rule, which
   * does not mean that the store was emptied. Throws `state-not-written`.
   */
  keepWitnesses: (objects: readonly FinishedObject[]) => Promise<void>;
  close: () => Promise<void>;
}
