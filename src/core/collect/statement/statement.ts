import type { SnowflakeBind, SnowflakeStatement } from '../../../ports/snowflake.ts';

/**
 * The tag that every statement of this tool carries (QUERY_TAG). What its own user ran with it is left out of what it
 * collects, and counted; nobody else can hide behind it.
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
/** Both histories have the beginning of a query; that they agree to the nanosecond is not promised. */
const startSlackNs = 86_400n * 1_000_000_000n;

const asText = (name: string, sql: string): Column => ({ name, sql: `${sql}::VARCHAR` });
/** Whole nanoseconds as text: no format, no zone, no loss of digits. */
const asNanoseconds = (name: string, column: string): Column =>
  asText(name, `DATE_PART(EPOCH_NANOSECOND, ${column})`);
const asIs = (alias: string, name: string, as = name): Column => ({ name: as, sql: `${alias}.${name}` });

/** Columns of QUERY_HISTORY that a record tells as they are, the number of the session as text: it has 17 digits. */
const historyNames = [
  'USER_NAME',
  'ROLE_NAME',
  'SECONDARY_ROLE_STATS',
  'DATABASE_NAME',
  'SCHEMA_NAME',
  'WAREHOUSE_NAME',
  'QUERY_TYPE',
  'QUERY_TAG',
  'EXECUTION_STATUS',
  'ERROR_MESSAGE',
  'QUERY_TEXT',
];

/**
 * Columns of ACCESS_HISTORY that hold JSON. A statement can have several rows there, such as SWAP WITH, which has one for
 * each of its tables: all of them are read, as an array of what each row holds.
 */
const accessNames = [
  'DIRECT_OBJECTS_ACCESSED',
  'BASE_OBJECTS_ACCESSED',
  'OBJECTS_MODIFIED',
  'OBJECT_MODIFIED_BY_DDL',
  'POLICIES_REFERENCED',
];
const parentNames = ['PARENT_QUERY_ID', 'ROOT_QUERY_ID'];

/**
 * What is read of each query: named columns only, since Snowflake inserts new ones in the middle of its views, and never
 * BIND_VALUES.
 */
const queryColumns: readonly Column[] = [
  asIs('q', 'QUERY_ID'),
  asNanoseconds('START_NS', 'q.START_TIME'),
  asNanoseconds('END_NS', 'q.END_TIME'),
  asIs('q', 'OWN'),
  asIs('a', 'QUERY_ID', 'ACCESS_QUERY_ID'),
  ...historyNames.map((name) => asIs('q', name)),
  asText('SESSION_ID', 'q.SESSION_ID'),
  asText('ERROR_CODE', 'q.ERROR_CODE'),
  ...accessNames.map((name) => ({ name, sql: `TO_JSON(a.${name})` })),
  ...parentNames.map((name) => asIs('a', name)),
];

/** Known only where SESSIONS and LOGIN_HISTORY are read as well; sessions of the SQL API are not in SESSIONS. */
const clientColumns: readonly Column[] = [
  asIs('s', 'CLIENT_APPLICATION_ID'),
  asIs('l', 'CLIENT_IP'),
  asIs('l', 'REPORTED_CLIENT_TYPE'),
  asText('AUTHN_EVENT_ID', 'COALESCE(q.AUTHN_EVENT_ID, s.LOGIN_EVENT_ID)'),
];

/** What is read of each query of the overlap: enough to see whether it is new, or its access has become known. */
const idColumns: readonly Column[] = [
  asIs('q', 'QUERY_ID'),
  asNanoseconds('END_NS', 'q.END_TIME'),
  asIs('q', 'OWN'),
  asIs('a', 'QUERY_ID', 'ACCESS_QUERY_ID'),
];

/** What ACCESS_HISTORY alone knows of a query: its beginning, which stands for its end as well. */
const accessOnlyColumns: readonly Column[] = [
  asIs('r', 'QUERY_ID'),
  asNanoseconds('END_NS', 'MIN(r.QUERY_START_TIME)'),
  asIs('r', 'QUERY_ID', 'ACCESS_QUERY_ID'),
  { name: 'USER_NAME', sql: 'MIN(r.USER_NAME)' },
  ...accessNames.map((name) => ({ name, sql: `TO_JSON(ARRAY_AGG(r.${name}))` })),
  ...parentNames.map((name) => ({ name, sql: `MIN(r.${name})` })),
];

/** What is read of each log-in. CONNECTION is a word of Snowflake's own, so it stands in quotes. */
const loginColumns: readonly Column[] = [
  asText('EVENT_ID', 'l.EVENT_ID'),
  asNanoseconds('END_NS', 'l.EVENT_TIMESTAMP'),
  ...[
    'EVENT_TYPE',
    'USER_NAME',
    'CLIENT_IP',
    'REPORTED_CLIENT_TYPE',
    'REPORTED_CLIENT_VERSION',
    'FIRST_AUTHENTICATION_FACTOR',
    'SECOND_AUTHENTICATION_FACTOR',
    'IS_SUCCESS',
    'ERROR_MESSAGE',
    '"CONNECTION"',
  ].map((name) => asIs('l', name)),
  asText('ERROR_CODE', 'l.ERROR_CODE'),
  asText('RELATED_EVENT_ID', 'l.RELATED_EVENT_ID'),
];

const listOf = (columns: readonly Column[]): string =>
  columns.map(({ name, sql }) => `  ${sql} AS ${name}`).join(',\n');

const queryHistory = 'SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY';
const accessHistory = 'SNOWFLAKE.ACCOUNT_USAGE.ACCESS_HISTORY';
const since = '>= TO_TIMESTAMP_LTZ(?, 9)';
const before = '< TO_TIMESTAMP_LTZ(?, 9)';

/**
 * The queries of a range of time, each once. QUERY_HISTORY sometimes has several rows for one query: the one that ends
 * last is taken; any other would come to light once a range begins after the first of them, and would look new. What the
 * collector itself ran is marked, by its tag and its user: the tag alone anybody can set.
 */
function historyPart(names: readonly string[]): string {
  const list = ['QUERY_ID', 'END_TIME', ...names].map((name) => `    q.${name} AS ${name}`);
  const own = "    CASE WHEN q.USER_NAME = CURRENT_USER() AND q.QUERY_TAG = ? THEN 'own' END AS OWN";
  return `WITH queries AS (
  SELECT
${[...list, own].join(',\n')}
  FROM ${queryHistory} AS q
  WHERE q.END_TIME ${since} AND q.END_TIME ${before}
  QUALIFY ROW_NUMBER() OVER (PARTITION BY q.QUERY_ID ORDER BY q.END_TIME DESC) = 1
)`;
}

/** What ACCESS_HISTORY has of these queries, one row for each. */
function accessPart(columns: readonly Column[]): string {
  const list = columns.map(({ name, sql }) => `    ${sql} AS ${name}`);
  return `accesses AS (
  SELECT
${['    r.QUERY_ID AS QUERY_ID', ...list].join(',\n')}
  FROM ${accessHistory} AS r
  JOIN queries AS h ON h.QUERY_ID = r.QUERY_ID
  WHERE r.QUERY_START_TIME ${since} AND r.QUERY_START_TIME ${before}
  GROUP BY r.QUERY_ID
)`;
}

const joined = ['FROM queries AS q', 'LEFT JOIN accesses AS a ON a.QUERY_ID = q.QUERY_ID'];

/** The log-in of a session: named by the query itself in newer accounts, else by SESSIONS. */
const clientJoins = [
  'LEFT JOIN SNOWFLAKE.ACCOUNT_USAGE.SESSIONS AS s ON s.SESSION_ID = q.SESSION_ID',
  'LEFT JOIN SNOWFLAKE.ACCOUNT_USAGE.LOGIN_HISTORY AS l ON l.EVENT_ID = COALESCE(q.AUTHN_EVENT_ID, s.LOGIN_EVENT_ID)',
];

/** Joins may multiply a query: it is one row all the same. */
const ordered = [
  'QUALIFY ROW_NUMBER() OVER (PARTITION BY q.QUERY_ID ORDER BY q.END_TIME DESC) = 1',
  'ORDER BY q.END_TIME, q.QUERY_ID',
];

/** Asks Snowflake for its clock: one row, one column, nanoseconds since 1970 UTC as text. */
export function clockStatement(): SnowflakeStatement {
  const { name, sql } = asNanoseconds('NOW_NS', 'CURRENT_TIMESTAMP()');
  return { text: `SELECT ${sql} AS ${name}`, queryTag: ownQueryTag };
}

/** Asks which account this is: one row with its organization and its name, both NULL where there are none. */
export function accountStatement(): SnowflakeStatement {
  return {
    text: 'SELECT CURRENT_ORGANIZATION_NAME() AS ORGANIZATION_NAME, CURRENT_ACCOUNT_NAME() AS ACCOUNT_NAME',
    queryTag: ownQueryTag,
  };
}

/** Asks for the queries that ended in a range of time, in the order of their ends; `client` joins client and address. */
export function queriesStatement(range: TimeRange, { client }: { client: boolean }): SnowflakeStatement {
  const names = ['START_TIME', 'SESSION_ID', 'ERROR_CODE', ...historyNames];
  const access = [
    ...accessNames.map((name) => ({ name, sql: `ARRAY_AGG(r.${name})` })),
    ...parentNames.map((name) => ({ name, sql: `MIN(r.${name})` })),
  ];
  return historyStatement(range, [
    `${historyPart(client ? [...names, 'AUTHN_EVENT_ID'] : names)},`,
    accessPart(access),
    'SELECT',
    listOf(client ? [...queryColumns, ...clientColumns] : queryColumns),
    ...joined,
    ...(client ? clientJoins : []),
    ...ordered,
  ]);
}

/** Asks which queries ended in a range of time, and of which of them the access is known: ids only. */
export function idsStatement(range: TimeRange): SnowflakeStatement {
  return historyStatement(range, [
    `${historyPart([])},`,
    accessPart([]),
    'SELECT',
    listOf(idColumns),
    ...joined,
    ...ordered,
  ]);
}

function historyStatement({ fromNs, untilNs }: TimeRange, lines: readonly string[]): SnowflakeStatement {
  return {
    text: lines.join('\n'),
    binds: [
      text(ownQueryTag),
      ...[fromNs, untilNs, fromNs - longestQueryNs, untilNs + startSlackNs].map(number),
    ],
    queryTag: ownQueryTag,
  };
}

/**
 * Asks for the queries that began in a range of time and that QUERY_HISTORY has no row of: another engine ran them
 * (Spark, Trino, by way of an Iceberg catalog).
 */
export function accessOnlyStatement({ fromNs, untilNs }: TimeRange): SnowflakeStatement {
  return {
    text: [
      'SELECT',
      listOf(accessOnlyColumns),
      `FROM ${accessHistory} AS r`,
      `LEFT JOIN ${queryHistory} AS q`,
      `  ON q.QUERY_ID = r.QUERY_ID AND q.START_TIME ${since} AND q.START_TIME ${before}`,
      `WHERE r.QUERY_START_TIME ${since} AND r.QUERY_START_TIME ${before} AND q.QUERY_ID IS NULL`,
      'GROUP BY r.QUERY_ID',
      'ORDER BY MIN(r.QUERY_START_TIME), r.QUERY_ID',
    ].join('\n'),
    binds: [fromNs - startSlackNs, untilNs + startSlackNs, fromNs, untilNs].map(number),
    queryTag: ownQueryTag,
  };
}

/** Asks for the log-ins of a range of time, in order, each once; `idsOnly` for no more than which there were. */
export function loginsStatement({ fromNs, untilNs }: TimeRange, idsOnly = false): SnowflakeStatement {
  return {
    text: [
      'SELECT',
      listOf(idsOnly ? loginColumns.slice(0, 2) : loginColumns),
      'FROM SNOWFLAKE.ACCOUNT_USAGE.LOGIN_HISTORY AS l',
      `WHERE l.EVENT_TIMESTAMP ${since} AND l.EVENT_TIMESTAMP ${before}`,
      'QUALIFY ROW_NUMBER() OVER (PARTITION BY l.EVENT_ID ORDER BY l.EVENT_TIMESTAMP DESC) = 1',
      'ORDER BY l.EVENT_TIMESTAMP, l.EVENT_ID',
    ].join('\n'),
    binds: [fromNs, untilNs].map(number),
    queryTag: ownQueryTag,
  };
}

const number = (ns: bigint): SnowflakeBind => ({ type: 'FIXED', value: String(ns) });
const text = (value: string): SnowflakeBind => ({ type: 'TEXT', value });
