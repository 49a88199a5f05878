import { redactLiterals } from '../redact/redact-literals.ts';
import type { AccessedObject, AccessPath } from './objects/accessed-objects.ts';
import { accessedObjects, objectIdentity, referencedPolicies } from './objects/accessed-objects.ts';
import { ddlChanges } from './objects/ddl.ts';
import { databaseOf } from './objects/object-name.ts';
import type { QueryRow } from './query-row.ts';
import { recordId } from './record-id.ts';
import type { DataSource, MappedUser } from './registry.ts';
import { millisecondsOf, printNanoseconds } from './snowflake-time.ts';
import { hasFailed } from './objects/touched-objects.ts';

/** Snowflake keeps this many characters of a query. https://docs.snowflake.com/en/sql-reference/account-usage/query_history */
const longestQueryText = 100_000;

/** What a record is made of. */
export interface RecordParts {
  row: QueryRow;
  /** The object that this record is about; undefined where none is known. */
  object: AccessedObject | undefined;
  /** In which ways the statement touched it. */
  paths: readonly AccessPath[];
  user: MappedUser | undefined;
  dataSource: DataSource | undefined;
  /** `acme-prod.snowflakecomputing.com` */
  host: string;
  /** Milliseconds since 1970 at which the record counts as made. */
  madeMs: number;
  redact: boolean;
  /** A record of this query stood without its objects before they were known: its id. */
  supplementOf: string | undefined;
}

type Field = readonly [name: string, value: (parts: RecordParts) => unknown];

const textOf =
  (column: string) =>
  ({ row }: RecordParts): string | null =>
    row.text(column);

/** SQL and what Snowflake says of it: messages quote values. */
const sqlOf =
  (column: string) =>
  ({ row, redact }: RecordParts): string | null => {
    const text = row.text(column);
    return text !== null && redact ? redactLiterals(text) : text;
  };

/** What QUERY_HISTORY alone knows: of a query that only ACCESS_HISTORY has, nobody can say it. */
const ofHistory =
  (value: (parts: RecordParts) => unknown) =>
  (parts: RecordParts): unknown =>
    parts.row.source === 'queryHistory' ? value(parts) : null;

/**
 * The fields of Immuta's native query audit, with the event time first, where readers look for it. The names are those
 * really emitted (camelCase); `dateTime` is text in milliseconds, as in the records that are published.
 */
const fields: readonly Field[] = [
  ['endTime', ofHistory(({ row }) => printNanoseconds(row.endNs))],
  ['id', ({ row, object }) => recordId(row.queryId, object === undefined ? '' : objectIdentity(object))],
  ['dateTime', ({ madeMs }) => String(madeMs)],
  ['recordType', () => 'nativeQuery'],
  ['success', ofHistory(({ row }) => (row.text('EXECUTION_STATUS') === null ? null : !hasFailed(row)))],
  ['component', () => 'nativeSql'],
  ['accessType', () => 'query'],
  ['handler', () => 'Snowflake'],
  ['profileId', ({ user }) => user?.profileId ?? null],
  ['userId', ({ user }) => user?.userId ?? null],
  ['sqlUser', textOf('USER_NAME')],
  ['dataSourceId', ({ dataSource }) => dataSource?.dataSourceId ?? null],
  ['dataSourceName', ({ dataSource }) => dataSource?.dataSourceName ?? null],
  ['nativeObject', ({ object }) => object?.object ?? null],
  ['nativeObjectType', ({ object }) => object?.type ?? null],
  ['database', ({ object }) => (typeof object?.object === 'string' ? databaseOf(object.object) : null)],
  ['host', ({ host }) => host],
  ['startTime', ({ row }) => printNanoseconds(row.startNs)],
  ['duration', ofHistory(({ row }) => millisecondsOf(row.endNs - row.startNs))],
  ['query', sqlOf('QUERY_TEXT')],
  ['extra', extraOf],
];

/** What Snowflake knows beyond Immuta's fields. What is null or empty is left out. */
const extraFields: readonly Field[] = [
  ['queryId', ({ row }) => row.queryId],
  ['queryType', textOf('QUERY_TYPE')],
  ['queryCut', ({ row }) => ((row.text('QUERY_TEXT')?.length ?? 0) >= longestQueryText ? true : null)],
  ['queryTag', textOf('QUERY_TAG')],
  ['executionStatus', textOf('EXECUTION_STATUS')],
  ['errorCode', textOf('ERROR_CODE')],
  ['errorMessage', sqlOf('ERROR_MESSAGE')],
  ['role', textOf('ROLE_NAME')],
  ['secondaryRoles', textOf('SECONDARY_ROLE_STATS')],
  ['warehouse', textOf('WAREHOUSE_NAME')],
  ['currentDatabase', textOf('DATABASE_NAME')],
  ['currentSchema', textOf('SCHEMA_NAME')],
  ['sessionId', textOf('SESSION_ID')],
  ['client', textOf('CLIENT_APPLICATION_ID')],
  ['clientType', textOf('REPORTED_CLIENT_TYPE')],
  ['clientIp', textOf('CLIENT_IP')],
  ['loginEventId', textOf('AUTHN_EVENT_ID')],
  ['parentQueryId', textOf('PARENT_QUERY_ID')],
  ['rootQueryId', textOf('ROOT_QUERY_ID')],
  ['source', ({ row }) => (row.source === 'accessHistory' ? row.source : null)],
  ['accessPath', ({ paths }) => paths],
  ['columns', ({ object }) => object?.columns],
  [
    'objectsAccessed',
    ({ row }) => accessedObjects(row.values('DIRECT_OBJECTS_ACCESSED')).map(withoutColumns),
  ],
  ['baseObjectsAccessed', ({ row }) => accessedObjects(row.values('BASE_OBJECTS_ACCESSED'))],
  ['objectsModified', ({ row }) => accessedObjects(row.values('OBJECTS_MODIFIED'))],
  ['objectModifiedByDdl', ({ row, redact }) => ddlChanges(row.values('OBJECT_MODIFIED_BY_DDL'), redact)],
  ['policiesReferenced', ({ row }) => referencedPolicies(row.values('POLICIES_REFERENCED'))],
  ['supplementOf', ({ supplementOf }) => supplementOf],
];

function withoutColumns(object: AccessedObject): object {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== 'columns'));
}

function extraOf(parts: RecordParts): object {
  const extra: Record<string, unknown> = {};
  for (const [name, value] of extraFields) {
    const found = value(parts);
    if (isThere(found)) extra[name] = found;
  }
  return extra;
}

function isThere(value: unknown): boolean {
  return value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0);
}

const members = fields.map(
  ([name, value], index) => [`${index === 0 ? '{' : ','}${JSON.stringify(name)}:`, value] as const,
);

/** One record as a line of JSON, without its line end: the same parts, the same bytes. */
export function nativeQueryLine(parts: RecordParts): string {
  let line = '';
  for (const [opening, value] of members) line += opening + JSON.stringify(value(parts));
  return `${line}}`;
}
