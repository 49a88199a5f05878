import type { AccessPath } from './objects/accessed-objects.ts';
import { LeftOutNames } from './left-out.ts';
import { loginLine } from './login.ts';
import { nativeQueryLine } from './native-query.ts';
import { namedObjects } from './objects/named-objects.ts';
import type { QueryRow } from './query-row.ts';
import { recordId } from './record-id.ts';
import type { DataSource, MappedUser, Registry } from './registry.ts';
import type { TouchedObject } from './objects/touched-objects.ts';
import { hasFailed, touchedObjects } from './objects/touched-objects.ts';
import type { UamParts } from './uam-query.ts';
import { uamQueryLine } from './uam-query.ts';

/** Of whom and of what there are records. */
export interface Maps {
  users: Registry<MappedUser>;
  dataSources: Registry<DataSource>;
  /** What becomes of a user or an object that no file names: `drop` as Immuta does, or `keep` with nulls. */
  unmapped: 'drop' | 'keep';
  /** Whether log-ins are read as well. */
  logins: boolean;
}

/** How rows become records. */
export interface TranslationRules extends Maps {
  /** By what this time was read before: what they made a record of is not made again. */
  before?: readonly Maps[] | undefined;
  redact: boolean;
  /** Whose shape records have: Immuta's older one, one for each object, or that of its universal audit model. */
  form: 'native-query' | 'uam';
  host: string;
  /** The time at which the record of a query that ended then counts as made: both in time since 1970. */
  madeMsOf: (endNs: bigint) => number;
}

/** What became of queries. */
export interface TranslationCounts {
  records: number;
  /** Objects of queries, and log-ins, of which a record was made before, by the files of then. */
  madeBefore: number;
  /** Queries of users that no file names. */
  unmappedUsers: number;
  /** Objects, once for each query of a mapped user that names or changes them, that no file names. */
  unmappedObjects: number;
  /** Queries of mapped users that touched nothing, as far as is known: SHOW, what ended before it began. */
  withoutObjects: number;
  /** Of those, the ones that failed or were refused. */
  failedWithoutObjects: number;
}

/** The books of translation: what became of queries, and what they were left out for. */
export interface TranslationBooks extends TranslationCounts {
  /** Queries that touched something. */
  touching: number;
  /** Of them, those that left no record, for want of a user or of all their objects. */
  leftOut: number;
  leftOutUsers: LeftOutNames;
  leftOutObjects: LeftOutNames;
}

export function newBooks(): TranslationBooks {
  return {
    records: 0,
    madeBefore: 0,
    unmappedUsers: 0,
    unmappedObjects: 0,
    withoutObjects: 0,
    failedWithoutObjects: 0,
    touching: 0,
    leftOut: 0,
    leftOutUsers: new LeftOutNames(),
    leftOutObjects: new LeftOutNames(),
  };
}

/** A query seen before without its objects; its records come as a supplement to the one that was made then. */
export interface TranslateOptions {
  supplement: boolean;
}

/** A touched object, and what it is registered as. */
interface Found extends TouchedObject {
  dataSource: DataSource | undefined;
}

/** The records of what was read: of a query or of a log-in. */
export function translateRow(
  row: QueryRow,
  rules: TranslationRules,
  books: TranslationBooks,
  options: TranslateOptions,
): string[] {
  if (row.source !== 'loginHistory') return translateQuery(row, rules, books, options);
  if (rules.before?.some(({ logins }) => logins) === true) {
    // Log-ins are told of everybody, whatever files there are.
    books.madeBefore += 1;
    return [];
  }
  books.records += 1;
  return [loginLine(row, rules.users, rules.host)];
}

/**
 * The records of a query, one for each object that it touched in any way, as lines; writes into the books what became of
 * it. A pure function of the row and the rules: the same query gives the same bytes whenever it is read.
 */
export function translateQuery(
  row: QueryRow,
  rules: TranslationRules,
  books: TranslationBooks,
  { supplement }: TranslateOptions,
): string[] {
  const { users, dataSources, unmapped, form } = rules;
  const userName = row.text('USER_NAME') ?? '';
  const user = users.find(userName);
  const found = foundObjects(row, dataSources, supplement);
  const kept = unmapped === 'keep' ? found : found.filter(({ dataSource }) => dataSource !== undefined);
  const isDropped = unmapped === 'drop' && (user === undefined || kept.length === 0);
  if (user !== undefined) countObjects(found, books);
  if (!supplement) countQuery({ row, userName, user, found, isDropped }, books);
  if (isDropped) return [];
  const isNew = isNewBy(rules, userName);
  const fresh = kept.filter(isNew);
  books.madeBefore += kept.length - fresh.length;
  if (fresh.length === 0 && wasTold(kept, rules)) return [];
  const supplementOf = isSupplement(rules, { supplement, fresh, kept })
    ? recordId(row.queryId, '')
    : undefined;
  const { host, redact, madeMsOf } = rules;
  const common = { row, user, host, madeMs: madeMsOf(row.placeNs), redact, supplementOf };
  const lines = form === 'uam' ? uamLines(fresh, common, supplement) : nativeLines(fresh, common, supplement);
  books.records += lines.length;
  return lines;
}

/** Whether these objects come to a record that was made before of the query as a whole. */
function isSupplement(
  { unmapped, form }: TranslationRules,
  { supplement, fresh, kept }: { supplement: boolean; fresh: readonly Found[]; kept: readonly Found[] },
): boolean {
  if (fresh.length === 0) return false;
  return supplement ? unmapped === 'keep' : form === 'uam' && fresh.length < kept.length;
}

/** Says of an object whether the files of before made no record of it for a query of this user. */
function isNewBy({ before = [] }: TranslationRules, userName: string): (found: Found) => boolean {
  const told = before.filter(
    ({ users, unmapped }) => unmapped === 'keep' || users.find(userName) !== undefined,
  );
  return ({ object: { object } }) =>
    !told.some(
      ({ dataSources, unmapped }) =>
        unmapped === 'keep' || (typeof object === 'string' && dataSources.find(object) !== undefined),
    );
}

/** Whether a query of which nothing is new left a record before: one about its objects, or one about nothing. */
function wasTold(kept: readonly Found[], { before = [] }: TranslationRules): boolean {
  return kept.length > 0 || before.some(({ unmapped }) => unmapped === 'keep');
}

type Common = Omit<UamParts, 'objects'>;

/** One for each object, or one about nothing. */
function nativeLines(kept: readonly Found[], common: Common, supplement: boolean): string[] {
  const about = kept.length === 0 && !supplement ? [nothing] : kept;
  return about.map(({ object, paths, dataSource }) =>
    nativeQueryLine({ ...common, object, paths, dataSource }),
  );
}

/** One for all objects. */
function uamLines(objects: readonly Found[], common: Common, supplement: boolean): string[] {
  return objects.length === 0 && supplement ? [] : [uamQueryLine({ ...common, objects })];
}

/** What a query touched; of a supplement, what was not told before. */
function foundObjects(row: QueryRow, dataSources: Registry<DataSource>, supplement: boolean): Found[] {
  const told = supplement ? toldBefore(row, dataSources) : [];
  return touchedObjects(row, dataSources)
    .filter(({ object }) => !told.includes(object.object))
    .map((touched): Found => Object.assign(touched, { dataSource: dataSourceOf(touched, dataSources) }));
}

/** Objects of a statement that failed, whose records were made by their names before its access was known. */
function toldBefore(row: QueryRow, dataSources: Registry<DataSource>): (string | null)[] {
  return hasFailed(row) ? namedObjects(row, dataSources).map(({ object }) => object.object) : [];
}

const nothing = { object: undefined, paths: [], dataSource: undefined };

function dataSourceOf({ object }: TouchedObject, dataSources: Registry<DataSource>): DataSource | undefined {
  return typeof object.object === 'string' ? dataSources.find(object.object) : undefined;
}

/** Ways in which a statement itself names an object; what lies beneath a view it does not. */
const namingPaths: ReadonlySet<AccessPath> = new Set(['direct', 'modified', 'ddl']);

/** Objects that the statement names and that nobody registered, whatever becomes of the query. */
function countObjects(found: readonly Found[], books: TranslationBooks): void {
  for (const { object, paths, dataSource } of found) {
    if (dataSource !== undefined || !paths.some((path) => namingPaths.has(path))) continue;
    books.unmappedObjects += 1;
    if (object.object !== null) books.leftOutObjects.add(object.object);
  }
}

interface Judged {
  row: QueryRow;
  userName: string;
  user: MappedUser | undefined;
  found: readonly Found[];
  isDropped: boolean;
}

/** A supplement is of a query that was counted when it was first seen. */
function countQuery({ row, userName, user, found, isDropped }: Judged, books: TranslationBooks): void {
  if (found.length > 0) {
    books.touching += 1;
    if (isDropped) books.leftOut += 1;
  }
  if (user === undefined) {
    books.unmappedUsers += 1;
    books.leftOutUsers.add(userName);
  } else if (found.length === 0) {
    books.withoutObjects += 1;
    if (hasFailed(row)) books.failedWithoutObjects += 1;
  }
}
