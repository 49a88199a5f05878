/** Types as the SQL API names them. */
export type ColumnType = 'text' | 'fixed' | 'real' | 'boolean' | 'timestamp_ltz' | 'array' | 'object';

/** Timestamps are nanoseconds since 1970 UTC; arrays and objects are what JSON.parse makes of them. */
export type Value = string | bigint | number | boolean | object | null;

/** A row; columns that it has not are NULL. */
export type ViewRow = Readonly<Record<string, Value>>;

/** A row, and when it can be seen (milliseconds since 1970). */
export interface ArrivingRow {
  row: ViewRow;
  visibleMs: number;
}

const texts = (names: string): Record<string, ColumnType> => ofType('text', names);

function ofType(type: ColumnType, names: string): Record<string, ColumnType> {
  return Object.fromEntries(names.split(/\s+/).map((name) => [name, type]));
}

/** Columns as the documentation lists them; only those that an audit may ask for, and not BIND_VALUES. */
export const viewColumns = {
  QUERY_HISTORY: {
    ...texts(
      'QUERY_ID QUERY_TEXT DATABASE_NAME SCHEMA_NAME QUERY_TYPE USER_NAME ROLE_NAME WAREHOUSE_NAME WAREHOUSE_SIZE WAREHOUSE_TYPE QUERY_TAG EXECUTION_STATUS ERROR_CODE ERROR_MESSAGE ROLE_TYPE QUERY_HASH QUERY_PARAMETERIZED_HASH SECONDARY_ROLE_STATS USER_TYPE USER_DATABASE_NAME USER_SCHEMA_NAME RELEASE_VERSION',
    ),
    ...ofType(
      'fixed',
      'DATABASE_ID SCHEMA_ID SESSION_ID AUTHN_EVENT_ID WAREHOUSE_ID CLUSTER_NUMBER TOTAL_ELAPSED_TIME BYTES_SCANNED BYTES_WRITTEN ROWS_INSERTED ROWS_UPDATED ROWS_DELETED ROWS_WRITTEN_TO_RESULT COMPILATION_TIME EXECUTION_TIME TRANSACTION_ID',
    ),
    ...ofType('timestamp_ltz', 'START_TIME END_TIME'),
    ...ofType('real', 'PERCENTAGE_SCANNED_FROM_CACHE CREDITS_USED_CLOUD_SERVICES'),
    ...ofType('boolean', 'IS_CLIENT_GENERATED_STATEMENT'),
  },
  ACCESS_HISTORY: {
    ...texts('QUERY_ID USER_NAME PARENT_QUERY_ID ROOT_QUERY_ID'),
    ...ofType('timestamp_ltz', 'QUERY_START_TIME'),
    ...ofType('array', 'DIRECT_OBJECTS_ACCESSED BASE_OBJECTS_ACCESSED OBJECTS_MODIFIED POLICIES_REFERENCED'),
    ...ofType('object', 'OBJECT_MODIFIED_BY_DDL'),
  },
  SESSIONS: {
    ...texts(
      'USER_NAME AUTHENTICATION_METHOD CLIENT_APPLICATION_ID CLIENT_APPLICATION_VERSION CLIENT_ENVIRONMENT CLIENT_BUILD_ID CLIENT_VERSION CLOSED_REASON',
    ),
    ...ofType('fixed', 'SESSION_ID LOGIN_EVENT_ID'),
    ...ofType('timestamp_ltz', 'CREATED_ON'),
  },
  LOGIN_HISTORY: {
    ...texts(
      'EVENT_TYPE USER_NAME CLIENT_IP REPORTED_CLIENT_TYPE REPORTED_CLIENT_VERSION FIRST_AUTHENTICATION_FACTOR SECOND_AUTHENTICATION_FACTOR IS_SUCCESS ERROR_MESSAGE CONNECTION',
    ),
    ...ofType('fixed', 'EVENT_ID RELATED_EVENT_ID ERROR_CODE'),
    ...ofType('timestamp_ltz', 'EVENT_TIMESTAMP'),
  },
  USERS: {
    ...texts('NAME LOGIN_NAME DISPLAY_NAME EMAIL TYPE DISABLED'),
    ...ofType('fixed', 'USER_ID'),
    ...ofType('timestamp_ltz', 'CREATED_ON DELETED_ON'),
  },
  TABLES: {
    ...texts('TABLE_CATALOG TABLE_SCHEMA TABLE_NAME TABLE_TYPE TABLE_OWNER'),
    ...ofType('fixed', 'TABLE_ID'),
    ...ofType('timestamp_ltz', 'CREATED DELETED'),
  },
  TAG_REFERENCES: {
    ...texts(
      'TAG_DATABASE TAG_SCHEMA TAG_NAME TAG_VALUE OBJECT_DATABASE OBJECT_SCHEMA OBJECT_NAME DOMAIN COLUMN_NAME APPLY_METHOD',
    ),
    ...ofType('fixed', 'OBJECT_ID'),
    ...ofType('timestamp_ltz', 'OBJECT_DELETED'),
  },
} as const satisfies Record<string, Record<string, ColumnType>>;

export type ViewName = keyof typeof viewColumns;

export const viewNames = Object.keys(viewColumns) as ViewName[];

/** The SNOWFLAKE database role that may read each view ("SNOWFLAKE database roles", Snowflake documentation). */
export const viewerOf: Readonly<Record<ViewName, string>> = {
  QUERY_HISTORY: 'GOVERNANCE_VIEWER',
  ACCESS_HISTORY: 'GOVERNANCE_VIEWER',
  SESSIONS: 'SECURITY_VIEWER',
  LOGIN_HISTORY: 'SECURITY_VIEWER',
  USERS: 'SECURITY_VIEWER',
  TABLES: 'OBJECT_VIEWER',
  TAG_REFERENCES: 'GOVERNANCE_VIEWER',
};
