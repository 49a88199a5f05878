import type { BatchKind } from './batch.ts';
import type { News } from './seen-queries.ts';
import type { RowSource } from './translate/query-row.ts';
import type { TranslationBooks } from './translate/translate-query.ts';
import { newBooks } from './translate/translate-query.ts';

/** The books of a run of `collect`. */
export class CollectAccount {
  /** Windows that were read to their end, and batches that were made of what came late. */
  windows = 0;
  lateBatches = 0;
  /** Batches of an earlier run that were delivered by this one. */
  resumedBatches = 0;
  /** Rows of queries that were read whole, and of them those that were known. */
  rows = 0;
  knownRows = 0;
  /** Queries of the overlap that were looked at by their ids. */
  overlapRows = 0;
  /** Queries whose rows came after their window was read, and those whose access did. */
  lateRows = 0;
  lateAccessRows = 0;
  /** Statements that the collector itself ran, and that were left out. */
  ownStatements = 0;
  /** Queries that ACCESS_HISTORY alone knows. */
  accessOnlyRows = 0;
  /** Rows that could not be read, and went into quarantine. */
  unreadableRows = 0;
  /** Log-ins that were new. */
  logins = 0;
  readonly books: TranslationBooks = newBooks();

  /** Counts statements of the collector's own; a window that is read again has them a second time. */
  countOwn(kind: BatchKind, statements: number): void {
    if (kind === 'window') this.ownStatements += statements;
  }

  /** Counts a row that was read whole, and what was new of it. */
  countRow(kind: BatchKind, news: News | undefined, source: RowSource): void {
    if (source === 'loginHistory') {
      if (news === 'query') this.logins += 1;
      return;
    }
    this.rows += 1;
    if (source === 'accessHistory' && news === 'query') this.accessOnlyRows += 1;
    if (news === undefined || news === 'later-row') this.knownRows += 1;
    else if (news === 'access') this.lateAccessRows += 1;
    else if (kind === 'late') this.lateRows += 1;
  }
}
