import { AuditExportError } from '../../errors.ts';
import type { SnowflakeSession } from '../../ports/snowflake.ts';
import type { TimeRange } from './statement.ts';
import { clockStatement, idsStatement, queriesStatement } from './statement.ts';
import { columnPlaces, QueryRow } from './translate/query-row.ts';

/** Snowflake's own clock, in nanoseconds since 1970. Throws what the session throws. */
export async function readClock(session: SnowflakeSession, signal: AbortSignal): Promise<bigint> {
  const result = await session.query({ ...clockStatement(), signal });
  for await (const [row] of result.batches) {
    const cell = row?.[0];
    if (typeof cell === 'string') return BigInt(cell);
  }
  throw new AuditExportError('snowflake-failed', 'Snowflake did not say what time it is.', {
    cure: 'Run it again.',
  });
}

/** The queries that ended in a range of time, in the order of their ends, as many at a time as come. */
export async function* readQueries(
  session: SnowflakeSession,
  range: TimeRange,
  { client, signal }: { client: boolean; signal: AbortSignal },
): AsyncGenerator<QueryRow[]> {
  const { columns, batches } = await session.query({ ...queriesStatement(range, { client }), signal });
  const places = columnPlaces(columns);
  for await (const rows of batches) yield rows.map((row) => new QueryRow(row, places));
}

/** The same without what the queries were: which there are, and of which the access is known. */
export async function* readIds(
  session: SnowflakeSession,
  range: TimeRange,
  signal: AbortSignal,
): AsyncGenerator<QueryRow[]> {
  const { columns, batches } = await session.query({ ...idsStatement(range), signal });
  const places = columnPlaces(columns);
  for await (const rows of batches) yield rows.map((row) => new QueryRow(row, places));
}
