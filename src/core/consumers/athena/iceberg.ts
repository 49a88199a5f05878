import { standardColumns } from '../../readers/columns/standard-columns.ts';
import { storeUrl } from '../../setup/desired/desired-access.ts';
import type { Place } from '../../setup/reader-access.ts';
import { sqlText } from './column-sql.ts';

const icebergTypes: Record<(typeof standardColumns)[number]['kind'], string> = {
  time: 'timestamp',
  text: 'string',
  list: 'array<string>',
  integer: 'bigint',
  json: 'string',
};

/**
 * One Iceberg table of all events, as statements that Athena runs: made once, then filled a day at a time. MERGE by type and id, so that a day
 * may be filled again. Source: "Create Iceberg tables" and "MERGE INTO", Athena User Guide.
 */
export function icebergStatements(database: string, curated: Place): string[] {
  const location = `${storeUrl(curated.bucket, curated.prefix)}iceberg/events/`;
  return [
    `CREATE TABLE ${database}.events_iceberg (\n${columnList()}\n)\nPARTITIONED BY (day(event_time), audit_type)\nLOCATION ${sqlText(location)}\nTBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet')`,
    fill(`${database}.events_iceberg`, database),
    `OPTIMIZE ${database}.events_iceberg REWRITE DATA USING BIN_PACK`,
  ];
}

/**
 * The same in a table bucket of S3 Tables, which keeps the files small in number by itself. Source: "Querying Amazon S3 tables with Athena",
 * Amazon S3 User Guide: the catalogue is named s3tablescatalog/BUCKET, and a table of it has no location.
 */
export function s3TablesStatements(database: string, tableBucket: string): string[] {
  const table = `"s3tablescatalog/${tableBucket}".${database}.events`;
  return [
    `CREATE TABLE \`s3tablescatalog/${tableBucket}\`.${database}.events (\n${columnList()}\n)\nPARTITIONED BY (day(event_time), audit_type)\nTBLPROPERTIES ('table_type' = 'iceberg')`,
    fill(table, database),
  ];
}

function columnList(): string {
  const columns = standardColumns.map(({ name, kind }) => `  \`${name}\` ${icebergTypes[kind]}`);
  return ['  `audit_type` string', ...columns].join(',\n');
}

/** Fills yesterday; an event that has no id is told from others by its whole row. */
function fill(table: string, database: string): string {
  const names = ['audit_type', ...standardColumns.map(({ name }) => name)].map((name) => `"${name}"`);
  return [
    `MERGE INTO ${table} t`,
    `USING (SELECT DISTINCT ${names.join(', ')} FROM "AwsDataCatalog".${database}.events_parquet`,
    `  WHERE event_date = date_format(date_add('day', -1, current_timestamp AT TIME ZONE 'UTC'), '%Y-%m-%d')) s`,
    'ON t.audit_type = s.audit_type AND t.event_time = s.event_time AND t.event_id IS NOT DISTINCT FROM s.event_id',
    '  AND t.details IS NOT DISTINCT FROM s.details',
    `WHEN NOT MATCHED THEN INSERT (${names.join(', ')})`,
    `  VALUES (${names.map((name) => `s.${name}`).join(', ')})`,
  ].join('\n');
}
