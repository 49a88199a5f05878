import { duckdbColumns } from './duckdb-columns.ts';
import { sqlName, sqlText, viewName } from './sql-words.ts';
import type { StandardColumn } from '../columns/standard-columns.ts';
import { standardColumns } from '../columns/standard-columns.ts';
import type { TimeRange } from '../find/time-range.ts';
import type { TypeColumns } from '../columns/type-columns.ts';

/** Files that hold the events of a type, by path: JSON lines, or Parquet that `compact` wrote. */
export interface TypeFiles {
  readonly type: string;
  readonly paths: readonly string[];
}

const sqlTypes: Record<StandardColumn['kind'], string> = {
  time: 'TIMESTAMP',
  text: 'VARCHAR',
  list: 'VARCHAR[]',
  integer: 'BIGINT',
  json: 'JSON',
};

/** A line may be as long as --max-line lets it be. */
const longestLine = 256 * 1024 * 1024;

/**
 * The statements that make the views: one for each type over its files, and `events` over all of them with type and standard
 * columns. Over JSON lines, `line` is the event as it is stored.
 */
export function duckdbViews(
  types: readonly TypeColumns[],
  files: readonly TypeFiles[],
  { form, range }: { form: 'lines' | 'parquet'; range: TimeRange },
): string[] {
  const names = [...new Set([...types.map(({ type }) => type), ...files.map(({ type }) => type)])];
  const views = names.map((type) => {
    const columns = types.find((known) => known.type === type);
    const paths = files.filter((known) => known.type === type).flatMap(({ paths }) => paths);
    const rows = form === 'parquet' ? parquetRows(paths) : lineRows(columns ?? bareColumns(type), paths);
    return `CREATE VIEW ${sqlName(viewName(type))} AS SELECT ${sqlText(type)} AS audit_type, * FROM (${rows})${within(range)}`;
  });
  const shared = [
    'audit_type',
    ...standardColumns.map(({ name }) => name),
    ...(form === 'lines' ? ['line'] : []),
  ];
  const all = names.map((type) => `SELECT ${shared.map(sqlName).join(', ')} FROM ${sqlName(viewName(type))}`);
  return [...views, `CREATE VIEW events AS ${all.join(' UNION ALL ')}`];
}

function bareColumns(type: string): TypeColumns {
  const none = standardColumns.map(({ name }) => [name, []]);
  return { type, times: [], decision: [], places: Object.fromEntries(none) as TypeColumns['places'] };
}

const listed = (paths: readonly string[]): string => `[${paths.map(sqlText).join(', ')}]`;

/** A line is one text, whatever stands in it: no control character stands in JSON. */
const wholeLines = `auto_detect = false, header = false, delim = '\u0001', quote = '', escape = '', new_line = '\\n', max_line_size = ${longestLine}, buffer_size = ${2 * longestLine}`;

const loneSurrogate = String.raw`(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}`;

/** JSON as DuckDB reads it. Half of a character, as a text that was cut has it, is JSON and refused by DuckDB: it is left out. */
function readable(text: string): string {
  const whole = `regexp_replace(${text}, ${sqlText(loneSurrogate)}, '\\1', 'g')`;
  return `CASE WHEN contains(${text}, '\\ud') OR contains(${text}, '\\uD') THEN ${whole} ELSE ${text} END`;
}

/** Each line is read as JSON, also where only lines are counted: half an object must not pass for a whole one. */
function lineRows(columns: TypeColumns, paths: readonly string[]): string {
  const lines =
    paths.length === 0
      ? '(SELECT NULL::JSON AS json WHERE false)'
      : `(SELECT coalesce(try_cast(${readable('line')} AS JSON), error(concat(filename, ' holds a line that is no JSON'))::JSON) AS json FROM read_csv(${listed(paths)}, columns = {'line': 'VARCHAR'}, ${wholeLines}, filename = true))`;
  return `SELECT ${duckdbColumns(columns, 'json').join(', ')}, json AS line FROM ${lines} WHERE json IS NOT NULL`;
}

function parquetRows(paths: readonly string[]): string {
  if (paths.length > 0)
    return `SELECT * REPLACE ((${readable('details')})::JSON AS details) FROM read_parquet(${listed(paths)}, hive_partitioning = false, union_by_name = true)`;
  const none = standardColumns.map(({ name, kind }) => `NULL::${sqlTypes[kind]} AS ${sqlName(name)}`);
  return `SELECT ${none.join(', ')} WHERE false`;
}

function within({ sinceMs, untilMs }: TimeRange): string {
  const moment = (ms: number): string => `make_timestamp(${ms} * 1000)`;
  const bounds = [
    ...(sinceMs === undefined ? [] : [`event_time >= ${moment(sinceMs)}`]),
    ...(untilMs === undefined ? [] : [`event_time < ${moment(untilMs)}`]),
  ];
  return bounds.length === 0 ? '' : ` WHERE ${bounds.join(' AND ')}`;
}
