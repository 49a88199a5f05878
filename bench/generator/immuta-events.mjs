// @ts-check
/**
 * Immuta's native query audits in both spellings: PascalCase as the property table of "Snowflake query audit logs"
 * documents them, camelCase as the product really emits them, and `DateTime` in every form that is in the wild.
 *
 * The event time is the end of the query. `DateTime` is when the record was made, after Snowflake's history was read;
 * where a record has no end time of its own, `DateTime` is all there is.
 */
import { writeStatement } from './sql.mjs';
import { gap, numberGap } from './template.mjs';
import { SNOWFLAKE_HOST, TABLES, USERS, qualifiedName } from './vocabulary.mjs';

/** @typedef {import('./random.mjs').Random} Random */

/** Every form of `DateTime`, a number of milliseconds after the event time. @type {Array<(afterMs: number) => string>} */
const DATE_TIME_FORMS = [
  (afterMs) => numberGap('epoch', afterMs),
  (afterMs) => gap('epoch', afterMs),
  (afterMs) => gap('iso', afterMs),
  (afterMs) => gap('eightDigitsOffset', afterMs),
  (afterMs) => gap('nineDigitsZ', afterMs),
  (afterMs) => gap('nineFineDigitsZ', afterMs),
];

/** @param {Random} random @returns {Record<string, unknown>} */
export function nativeQueryAudit(random) {
  const size = random.pick(/** @type {const} */ (['short', 'short', 'medium']));
  const { text, tables } = writeStatement(random, { scrubbed: false, size });
  const table = tables[0] ?? random.pick(TABLES);
  const profileId = random.between(1, 160);
  const user = `${USERS[profileId - 1]}@acme.example`;
  const durationMs = random.between(35, 90_000);
  const form = random.pick(DATE_TIME_FORMS);
  // No two lines of a stream are the same, though this record has no id of its own.
  const query = `${text} -- request ${gap('sequence')}`;
  const shared = {
    dataSourceId: random.between(1, 60),
    dataSourceName: `${table.schema} ${table.name}`.replaceAll('_', ' ').toLowerCase(),
    success: random.chance(0.95),
    nativeObject: qualifiedName(table),
    nativeObjectType: random.pick(['table', 'view']),
    database: table.database,
  };
  const record = { profileId, user, query, form, durationMs, ...shared };
  return random.chance(0.4) ? pascalCase(record, random) : camelCase(record, random, table);
}

/** @typedef {{ profileId: number, user: string, query: string, form: (afterMs: number) => string, durationMs: number, dataSourceId: number, dataSourceName: string, success: boolean, nativeObject: string, nativeObjectType: string, database: string }} NativeQuery */

/** How long after the query its record was made: 5 minutes to 24 hours. @param {Random} random */
function ingestDelay(random) {
  return random.between(5, 24 * 60) * 60_000 + random.below(60_000);
}

/** As the property table documents it. @param {NativeQuery} record @param {Random} random @returns {Record<string, unknown>} */
function pascalCase(record, random) {
  return {
    DateTime: record.form(ingestDelay(random)),
    ProfileID: record.profileId,
    UserID: record.user,
    DataSourceID: record.dataSourceId,
    DataSourceName: record.dataSourceName,
    RecordType: 'nativeQuery',
    Success: record.success,
    Component: 'nativeSql',
    AccessType: 'query',
    Query: record.query,
    Handler: 'Snowflake',
    StartTime: gap('eightDigitsOffset', -record.durationMs),
    EndTime: gap('eightDigitsOffset'),
    Duration: record.durationMs,
    NativeObject: record.nativeObject,
    NativeObjectType: record.nativeObjectType,
    Host: SNOWFLAKE_HOST,
    Database: record.database,
    SQLUser: record.user,
  };
}

/**
 * As the audit API gives it. Whether the times of the query stand at the top is not published: in half of the records
 * they do, in the others they are part of `extra`.
 * @param {NativeQuery} record @param {Random} random @param {import('./vocabulary.mjs').Table} table
 * @returns {Record<string, unknown>}
 */
function camelCase(record, random, table) {
  const hasTimes = random.chance(0.5);
  const afterMs = hasTimes ? ingestDelay(random) : 0;
  const times = {
    startTime: gap('eightDigitsOffset', -record.durationMs),
    endTime: gap('eightDigitsOffset'),
    duration: record.durationMs,
  };
  return {
    id: gap('guid'),
    dateTime: record.form(afterMs),
    month: numberGap('month', afterMs),
    profileId: record.profileId,
    userId: record.user,
    dataSourceId: record.dataSourceId,
    dataSourceName: record.dataSourceName,
    count: 1,
    recordType: 'nativeQuery',
    success: record.success,
    component: 'nativeSql',
    accessType: 'query',
    query: record.query,
    handler: 'Snowflake',
    ...(hasTimes ? times : {}),
    nativeObject: record.nativeObject,
    nativeObjectType: record.nativeObjectType,
    host: SNOWFLAKE_HOST,
    database: record.database,
    sqlUser: record.user,
    extra: {
      maskedColumns: random.sample(table.columns, random.below(3)),
      direct: random.chance(0.5),
      ...(hasTimes ? {} : times),
    },
  };
}
