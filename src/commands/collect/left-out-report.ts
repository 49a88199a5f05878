import type { LeftOutName } from '../../core/collect/translate/left-out.ts';
import type { TranslationBooks } from '../../core/collect/translate/translate-query.ts';

/** What left no record for want of a user or an object, by name: those with the most queries. */
export interface LeftOutReport {
  /** Queries that touched something and left no record, of all that touched something. */
  queries: number;
  of: number;
  users: LeftOutName[];
  /** Names beyond those that are listed. */
  moreUsers: number;
  objects: LeftOutName[];
  moreObjects: number;
}

/** Names that a report lists. */
const listed = 20;
/** A share of fewer queries says nothing. */
const fewestQueries = 10;

export function reportLeftOut(books: TranslationBooks): LeftOutReport {
  const users = books.leftOutUsers.top(listed);
  const objects = books.leftOutObjects.top(listed);
  return {
    queries: books.leftOut,
    of: books.touching,
    users: users.names,
    moreUsers: users.more,
    objects: objects.names,
    moreObjects: objects.more,
  };
}

/** What left no record, in a sentence with the first names; undefined where all left one. */
export function leftOutNote({ queries, of, users, objects }: LeftOutReport): string | undefined {
  if (queries === 0) return undefined;
  const named = [...users.slice(0, 3), ...objects.slice(0, 3)].map(({ name }) => name).join(', ');
  return `${queries} of ${of} queries left no record, because no file names their user or their objects (${named}).`;
}

/** What is wrong where more than `limit` percent of the queries left no record: a map is old, or was never whole. */
export function leftOutProblem(
  report: LeftOutReport,
  limit: number,
): { code: string; message: string; cure: string } | undefined {
  const { queries, of } = report;
  const percent = (queries * 100) / Math.max(1, of);
  const message = leftOutNote(report);
  if (of < fewestQueries || percent <= limit || message === undefined) return undefined;
  return {
    code: 'left-out',
    message,
    cure: 'Refresh the files: audit-export collect snowflake map --help. Then read that time again with --again --since …: what was made before is not made again. Or accept it with --left-out-limit 100.',
  };
}
