import type { TypeColumns } from '../../readers/columns/type-columns.ts';
import { standardColumns } from '../../readers/columns/standard-columns.ts';
import { columnExpressions, sqlText, textAt } from './column-sql.ts';
import type { TableModel } from './tables.ts';
import { sqlName } from './tables.ts';

/** A view, by its name, and the statement that makes it. */
export interface View {
  name: string;
  sql: string;
}

/** A type, with what its views are made from. */
export interface ViewedType {
  columns: TypeColumns;
  /** Names of the members of its events, in all spellings. */
  members: readonly string[];
  table: TableModel;
}

/**
 * For each type a view with the standard columns and one with each member of its events as a column of its own; over all types `events`, and
 * `events_parquet` over what `compact` wrote. All of them have the partitions, so that a condition on these keeps the scan small.
 */
export function viewsOf(database: string, types: readonly ViewedType[]): View[] {
  return [
    ...types.map((type) => standardView(database, type)),
    ...types.map((type) => memberView(database, type)),
    unionView(database, { name: 'events', types, suffix: '' }),
    unionView(database, { name: 'events_parquet', types, suffix: '_parquet' }),
  ];
}

function standardView(database: string, { columns, table }: ViewedType): View {
  const chosen = columnExpressions(columns, 'line').map(({ name, sql }) => `${sql} AS "${name}"`);
  return viewOf(database, sqlName(columns.type), [...chosen, ...partitionNames(table), 'line'], table);
}

/** Members whose names differ by case alone are one column. */
function memberView(database: string, { columns, members, table }: ViewedType): View {
  const taken = new Set(table.partitions.map(({ name }) => name));
  const spellings = new Map<string, string[]>();
  for (const member of members) {
    const name = member.toLowerCase();
    if (!taken.has(name)) spellings.set(name, [...(spellings.get(name) ?? []), member]);
  }
  const chosen = [...spellings].map(([name, spelled]) => {
    const texts = spelled.map((member) => textAt('line', [member]));
    return `${texts.length === 1 ? texts.join('') : `COALESCE(${texts.join(', ')})`} AS "${name}"`;
  });
  return viewOf(database, `${sqlName(columns.type)}_members`, [...chosen, ...partitionNames(table)], table);
}

function viewOf(database: string, name: string, chosen: readonly string[], table: TableModel): View {
  return {
    name,
    sql: `CREATE OR REPLACE VIEW ${database}.${name} AS\nSELECT\n  ${chosen.join(',\n  ')}\nFROM ${database}.${table.name}`,
  };
}

function partitionNames({ partitions }: TableModel): string[] {
  return partitions.map(({ name }) => `"${name}"`);
}

function unionView(
  database: string,
  { name, types, suffix }: { name: string; types: readonly ViewedType[]; suffix: string },
): View {
  const standard = standardColumns.map((column) => `"${column.name}"`);
  const selects = types.map(({ columns, table }) => {
    const partitions = suffix === '' ? partitionNames(table) : ['"event_date"'];
    const chosen = [`${sqlText(columns.type)} AS "audit_type"`, ...standard, ...partitions];
    return `SELECT ${chosen.join(', ')}\nFROM ${database}.${sqlName(columns.type)}${suffix}`;
  });
  return { name, sql: `CREATE OR REPLACE VIEW ${database}.${name} AS\n${selects.join('\nUNION ALL\n')}` };
}
