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
  /** Objects that were delivered before, the latest first, to ask the store whether it still has them. */
  witnesses: () => Promise<FinishedObject[]>;
  /** Keeps these before the ones it has, of which the oldest go. Throws `state-not-written`. */
  keepWitnesses: (objects: readonly FinishedObject[]) => Promise<void>;
  close: () => Promise<void>;
}
