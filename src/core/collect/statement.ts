import type { SnowflakeStatement } from '../../ports/snowflake.ts';

/**
 * The tag that every statement of this tool carries (QUERY_TAG), so that what it does itself can be told from what
 * people do: its own statements are left out of what it collects.
 */
export const ownQueryTag = 'audit-export';

/** Nanoseconds since 1970 UTC, from the first that counts to the first that no longer does. */
export interface TimeRange {
  fromNs: bigint;
  untilNs: bigint;
}

interface Column {
  /** The column's name in the result. */
  name: string;
  sql: string;
}

/**
 * Snowflake stops a statement after seven days at the latest (STATEMENT_TIMEOUT_IN_SECONDS <= 604800), so a query that
 * ended in a window began at most that long before it. ACCESS_HISTORY knows beginnings only.
 * https://docs.snowflake.com/en/sql-reference/parameters#statement-timeout-in-seconds
 */
const longestQueryNs = 8n * 86_400n * 1_000_000_000n;

const asText = (name: string, sql: string): Column => ({ name, sql: `${sql}::VARCHAR` });
/** Whole nanoseconds as text: no format, no zone, no loss of digits. */
const asNanoseconds = (name: string, column: string): Column =>
  asText(name, `DATE_PART(EPOCH_NANOSECOND, ${column})`);
const asJson = (name: string): Column => ({ name, sql: `TO_JSON(a.${name})` });
const asIs = (alias: string, name: string, as = name): Column => ({ name: as, sql: `${alias}.${name}` });

/**
 * What is read of each query: named columns only, since Snowflake inserts new ones in the middle of its views, and never
 * BIND_VALUES. Ids of 17 digits and more travel as text.
 */
const queryColumns: readonly Column[] = [
  asIs('q', 'QUERY_ID'),
  asNanoseconds('START_NS', 'q.START_TIME'),
  asNanoseconds('END_NS', 'q.END_TIME'),
  asIs('a', 'QUERY_ID', 'ACCESS_QUERY_ID'),
  asIs('q', 'USER_NAME'),
  asIs('q', 'ROLE_NAME'),
  asIs('q', 'SECONDARY_ROLE_STATS'),
  asText('SESSION_ID', 'q.SESSION_ID'),
  asIs('q', 'DATABASE_NAME'),
  asIs('q', 'SCHEMA_NAME'),
  asIs('q', 'WAREHOUSE_NAME'),
  asIs('q', 'QUERY_TYPE'),
  asIs('q', 'QUERY_TAG'),
  asIs('q', 'EXECUTION_STATUS'),
  asText('ERROR_CODE', 'q.ERROR_CODE'),
  asIs('q', 'ERROR_MESSAGE'),
  asIs('q', 'QUERY_TEXT'),
  asJson('DIRECT_OBJECTS_ACCESSED'),
  asJson('BASE_OBJECTS_ACCESSED'),
  asJson('OBJECTS_MODIFIED'),
  asJson('OBJECT_MODIFIED_BY_DDL'),
  asJson('POLICIES_REFERENCED'),
  asIs('a', 'PARENT_QUERY_ID'),
  asIs('a', 'ROOT_QUERY_ID'),
];

/** Known only where SESSIONS and LOGIN_HISTORY are read as well; sessions of the SQL API are in neither. */
const clientColumns: readonly Column[] = [
  asIs('s', 'CLIENT_APPLICATION_ID'),
  asIs('l', 'CLIENT_IP'),
  asIs('l', 'REPORTED_CLIENT_TYPE'),
];

/** What is read of each query of the overlap: enough to see whether it is new, or its access has become known. */
const idColumns: readonly Column[] = [
  asIs('q', 'QUERY_ID'),
  asNanoseconds('END_NS', 'q.END_TIME'),
  asIs('a', 'QUERY_ID', 'ACCESS_QUERY_ID'),
];

const historyFrom = [
  'FROM SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY AS q',
  'LEFT JOIN SNOWFLAKE.ACCOUNT_USAGE.ACCESS_HISTORY AS a',
  '  ON a.QUERY_ID = q.QUERY_ID',
  '  AND a.QUERY_START_TIME >= TO_TIMESTAMP_LTZ(?, 9)',
  '  AND a.QUERY_START_TIME < TO_TIMESTAMP_LTZ(?, 9)',
];

const clientFrom = [
  'LEFT JOIN SNOWFLAKE.ACCOUNT_USAGE.SESSIONS AS s ON s.SESSION_ID = q.SESSION_ID',
  'LEFT JOIN SNOWFLAKE.ACCOUNT_USAGE.LOGIN_HISTORY AS l ON l.EVENT_ID = s.LOGIN_EVENT_ID',
];

/**
 * QUERY_HISTORY sometimes has several rows for one query, and a join may multiply them: the one that ends last is taken.
 * Any other would come to light once a range begins after the first of them, and would look new.
 */
const historyWhere = [
  'WHERE q.END_TIME >= TO_TIMESTAMP_LTZ(?, 9)',
  '  AND q.END_TIME < TO_TIMESTAMP_LTZ(?, 9)',
  '  AND (q.QUERY_TAG IS NULL OR q.QUERY_TAG <> ?)',
  'QUALIFY ROW_NUMBER() OVER (PARTITION BY q.QUERY_ID ORDER BY q.END_TIME DESC) = 1',
  'ORDER BY q.END_TIME, q.QUERY_ID',
];

/** Asks Snowflake for its clock: one row, one column, nanoseconds since 1970 UTC as text. */
export function clockStatement(): SnowflakeStatement {
  const { name, sql } = asNanoseconds('NOW_NS', 'CURRENT_TIMESTAMP()');
  return { text: `SELECT ${sql} AS ${name}`, queryTag: ownQueryTag };
}

/** Asks for the queries that ended in a range of time, in the order of their ends; `client` joins client and address. */
export function queriesStatement(range: TimeRange, { client }: { client: boolean }): SnowflakeStatement {
  return client
    ? historyStatement([...queryColumns, ...clientColumns], [...historyFrom, ...clientFrom], range)
    : historyStatement(queryColumns, historyFrom, range);
}

/** Asks which queries ended in a range of time, and of which of them the access is known: ids only. */
export function idsStatement(range: TimeRange): SnowflakeStatement {
  return historyStatement(idColumns, historyFrom, range);
}

function historyStatement(
  columns: readonly Column[],
  from: readonly string[],
  { fromNs, untilNs }: TimeRange,
): SnowflakeStatement {
  const list = columns.map(({ name, sql }) => `  ${sql} AS ${name}`).join(',\n');
  const bounds = [fromNs - longestQueryNs, untilNs, fromNs, untilNs];
  return {
    text: ['SELECT', list, ...from, ...historyWhere].join('\n'),
    binds: [
      ...bounds.map((ns) => ({ type: 'FIXED' as const, value: String(ns) })),
      { type: 'TEXT' as const, value: ownQueryTag },
    ],
    queryTag: ownQueryTag,
  };
}
