import type { BatchJournal } from '../../ports/collect-state.ts';
import type { News } from './seen-ledger.ts';
import type { TranslationCounts } from './translate/translate-query.ts';
import { noCounts } from './translate/translate-query.ts';

/** The books of a run of `collect`. */
export class CollectAccount {
  /** Windows that were read to their end, and batches that were made of what came late. */
  windows = 0;
  lateBatches = 0;
  /** Batches of an earlier run that were delivered by this one. */
  resumedBatches = 0;
  /** Rows of queries that were read whole, and of them those that the ledger knew. */
  rows = 0;
  knownRows = 0;
  /** Queries of the overlap that were looked at by their ids. */
  overlapRows = 0;
  /** Queries whose rows came after their window was read, and those whose access did. */
  lateRows = 0;
  lateAccessRows = 0;
  readonly counts: TranslationCounts = noCounts();

  /** Counts a row that was read whole, and what was new of it. */
  countRow(kind: BatchJournal['kind'], news: News | undefined): void {
    this.rows += 1;
    if (news === undefined || news === 'later-row') this.knownRows += 1;
    else if (news === 'access') this.lateAccessRows += 1;
    else if (kind === 'late') this.lateRows += 1;
  }
}
