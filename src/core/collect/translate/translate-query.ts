import type { AccessedObject } from './accessed-objects.ts';
import { accessedObjects } from './accessed-objects.ts';
import { nativeQueryLine } from './native-query.ts';
import type { QueryRow } from './query-row.ts';
import { recordId } from './record-id.ts';
import type { DataSource, MappedUser, Registry } from './registry.ts';

/** How rows become records. */
export interface TranslationRules {
  users: Registry<MappedUser>;
  dataSources: Registry<DataSource>;
  /** What becomes of a user or an object that no file names: `drop` as Immuta does, or `keep` with nulls. */
  unmapped: 'drop' | 'keep';
  redact: boolean;
  host: string;
  /** The time at which the record of a query that ended then counts as made: both in time since 1970. */
  madeMsOf: (endNs: bigint) => number;
}

/** What became of queries. */
export interface TranslationCounts {
  records: number;
  /** Queries of users that no file names. */
  unmappedUsers: number;
  /** Objects, once for each query of a mapped user, that no file names. */
  unmappedObjects: number;
  /** Queries of mapped users that accessed nothing, as far as is known: SHOW, DDL, what failed early. */
  withoutObjects: number;
}

export function noCounts(): TranslationCounts {
  return { records: 0, unmappedUsers: 0, unmappedObjects: 0, withoutObjects: 0 };
}

/** A query seen before without its objects; its records come as a supplement to the one that was made then. */
export interface TranslateOptions {
  supplement: boolean;
}

/**
 * The records of a query, one for each object that its text names, as lines; counts what became of it. A pure function
 * of the row and the rules: the same query gives the same bytes whenever it is read.
 */
export function translateQuery(
  row: QueryRow,
  rules: TranslationRules,
  counts: TranslationCounts,
  { supplement }: TranslateOptions,
): string[] {
  const { users, unmapped } = rules;
  const user = users.find(row.text('USER_NAME') ?? '');
  const objects = accessedObjects(row.json('DIRECT_OBJECTS_ACCESSED'));
  if (!supplement) countQuery(user, objects, counts);
  if (unmapped === 'drop' && user === undefined) return [];
  const supplementOf =
    supplement && unmapped === 'keep' && objects.length > 0 ? recordId(row.queryId, '') : undefined;
  const aboutNothing = unmapped === 'keep' && objects.length === 0 && !supplement;
  const lines = (aboutNothing ? [undefined] : objects).flatMap((object) => {
    const dataSource = dataSourceOf(object, rules);
    if (object !== undefined && dataSource === undefined) {
      counts.unmappedObjects += 1;
      if (unmapped === 'drop') return [];
    }
    const { host, redact, madeMsOf } = rules;
    const madeMs = madeMsOf(row.endNs);
    return nativeQueryLine({ row, object, user, dataSource, host, madeMs, redact, supplementOf });
  });
  counts.records += lines.length;
  return lines;
}

/** A supplement is of a query that was counted when it was first seen. */
function countQuery(
  user: MappedUser | undefined,
  objects: readonly AccessedObject[],
  counts: TranslationCounts,
): void {
  if (user === undefined) counts.unmappedUsers += 1;
  else if (objects.length === 0) counts.withoutObjects += 1;
}

function dataSourceOf(
  object: AccessedObject | undefined,
  { dataSources }: TranslationRules,
): DataSource | undefined {
  return typeof object?.object === 'string' ? dataSources.find(object.object) : undefined;
}
