import type { Layout } from '../../layout/layout.ts';
import { standardColumns } from '../../readers/columns/standard-columns.ts';
import { sqlText } from './column-sql.ts';
import { dayExpression } from './tables.ts';

/** What is written anew as Parquet, and where. */
export interface Unload {
  database: string;
  /** How the events are filed. */
  layout: Layout;
  types: readonly string[];
  /** The first day, and the first that is not wanted any more: `2026-09-01`. */
  first: string;
  before: string;
  /** `s3://BUCKET/PREFIX/` */
  to: string;
}

/** Partitions that one UNLOAD writes at most ("UNLOAD", Athena User Guide). */
export const mostPartitions = 100;

/**
 * The statement that has Athena write the standard columns as Parquet, filed as `compact` files them; undefined for a layout whose
 * folders name no day. The columns of the partitions come last, as Athena wants it.
 */
export function unloadStatement({ database, layout, types, first, before, to }: Unload): string | undefined {
  const day = dayExpression(layout);
  if (day === undefined) return undefined;
  const columns = standardColumns.map(({ name }) => `"${name}"`);
  return [
    'UNLOAD (',
    `  SELECT ${[...columns, '"audit_type"', `${day} AS "event_date"`].join(', ')}`,
    `  FROM ${database}.events`,
    `  WHERE ${day} >= ${sqlText(first)} AND ${day} < ${sqlText(before)}`,
    `    AND "audit_type" IN (${types.map(sqlText).join(', ')})`,
    `) TO ${sqlText(to)}`,
    `WITH (format = 'PARQUET', compression = 'ZSTD', partitioned_by = ARRAY['audit_type', 'event_date'])`,
  ].join('\n');
}
