import { sqlText } from './column-sql.ts';
import type { TableModel } from './tables.ts';

/** The statements that make the database and its tables. */
export function tableStatements(database: string, tables: readonly TableModel[]): string[] {
  return [
    `CREATE DATABASE IF NOT EXISTS ${database}`,
    ...tables.map((table) => createTable(database, table)),
  ];
}

/** One `CREATE EXTERNAL TABLE`, as "CREATE TABLE", Athena User Guide, has it. */
function createTable(database: string, table: TableModel): string {
  const { name, columns, partitions, comment, format, location, properties } = table;
  return [
    `CREATE EXTERNAL TABLE IF NOT EXISTS ${database}.${name} (`,
    columns.map((column) => `  \`${column.name}\` ${column.type}`).join(',\n'),
    ')',
    `COMMENT ${sqlText(comment)}`,
    `PARTITIONED BY (${partitions.map((column) => `\`${column.name}\` ${column.type}`).join(', ')})`,
    `ROW FORMAT SERDE ${sqlText(format.serde)}`,
    `WITH SERDEPROPERTIES (${propertyList(format.serdeProperties)})`,
    `STORED AS INPUTFORMAT ${sqlText(format.inputFormat)}`,
    `OUTPUTFORMAT ${sqlText(format.outputFormat)}`,
    `LOCATION ${sqlText(location)}`,
    `TBLPROPERTIES (\n  ${propertyList(properties).replaceAll("', '", "',\n  '")}\n)`,
  ].join('\n');
}

/** A control character is written as Hive reads it, by its octal number. */
function propertyList(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([key, value]) => `${sqlText(key)} = ${sqlText(value.replaceAll('\u0001', String.raw`\001`))}`)
    .join(', ');
}
