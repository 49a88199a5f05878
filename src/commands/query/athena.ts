import { scanPrice } from '../../core/report/prices.ts';
import { AuditExportError } from '../../errors.ts';
import type { QueryEngine } from '../../ports/query-engine.ts';
import type { SqlAnswer } from '../../ports/sql-engine.ts';
import type { QueryOptions } from './settings.ts';

/** An answer from elsewhere, and what it came to. */
export interface RemoteAnswer {
  answer: SqlAnswer;
  scannedBytes: number;
  /** By the price list, without tax. */
  usd: number;
  milliseconds: number;
}

/** What only says which objects DuckDB reads: Athena is told by conditions on the partitions. */
const onlyHere = {
  types: '--type',
  since: '--since',
  until: '--until',
  curated: '--curated',
  cache: '--cache',
} as const;

/**
 * Has Athena answer a question over the views that `consumers athena` makes, and waits. Throws `usage` for options that mean nothing
 * there, and `query-failed`.
 */
export async function queryAthena(
  sql: string,
  options: QueryOptions,
  { engine, signal }: { engine: QueryEngine; signal: AbortSignal },
): Promise<RemoteAnswer> {
  for (const [name, flag] of Object.entries(onlyHere))
    if (options[name as keyof typeof onlyHere] !== undefined)
      throw new AuditExportError('usage', `${flag} says nothing to Athena.`, {
        cure: "Say it in the question, such as WHERE event_date >= '2026-09-01'; Parquet is in events_parquet.",
      });
  const { columns, rows, scannedBytes, milliseconds } = await engine.run(sql, options.database, signal);
  async function* batches(): AsyncGenerator<readonly (readonly unknown[])[]> {
    yield rows;
  }
  return { answer: { columns, rows: batches() }, scannedBytes, usd: scanPrice(scannedBytes), milliseconds };
}
