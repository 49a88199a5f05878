import { AuditExportError, isAuditExportError } from '../../errors.ts';
import type { SnowflakeRow, SnowflakeSession, SnowflakeStatement } from '../../ports/snowflake.ts';
import type { TimeRange } from './statement/statement.ts';
import {
  accessOnlyStatement,
  accountStatement,
  clockStatement,
  idsStatement,
  loginsStatement,
  queriesStatement,
} from './statement/statement.ts';
import type { RowOrigin } from './translate/query-row.ts';
import { columnPlaces, QueryRow } from './translate/query-row.ts';
import { parseNanoseconds } from './translate/snowflake-time.ts';

/** Snowflake's own clock, in nanoseconds since 1970. Throws what the session throws. */
export async function readClock(session: SnowflakeSession, signal: AbortSignal): Promise<bigint> {
  const row = await firstRow(session, { ...clockStatement(), signal });
  const [cell] = row ?? [];
  if (typeof cell === 'string') return parseNanoseconds(cell, 'the time');
  throw new AuditExportError('snowflake-failed', 'Snowflake did not say what time it is.', {
    cure: 'Run it again.',
  });
}

/**
 * Which account Snowflake says that it is, `ORGANIZATION-ACCOUNT`: the same however its address was spelt. Undefined where it
 * does not say so. Throws what the session throws.
 */
export async function readAccount(
  session: SnowflakeSession,
  signal: AbortSignal,
): Promise<string | undefined> {
  const [organization, account] = (await firstRow(session, { ...accountStatement(), signal })) ?? [];
  return typeof organization === 'string' && typeof account === 'string'
    ? `${organization}-${account}`.toUpperCase()
    : undefined;
}

function firstRow(
  session: SnowflakeSession,
  statement: SnowflakeStatement,
): Promise<SnowflakeRow | undefined> {
  return askingAgain(async () => {
    const { batches } = await session.query(statement);
    for await (const [row] of batches) return row;
    return undefined;
  });
}

/** A statement that Snowflake forgets is submitted again so often, without a row in between. */
const mostForgotten = 3;

async function askingAgain<T>(ask: () => Promise<T>): Promise<T> {
  for (let forgotten = 0; ; forgotten++) {
    try {
      return await ask();
    } catch (error) {
      if (!hasExpired(error) || forgotten >= mostForgotten) throw error;
    }
  }
}

function hasExpired(error: unknown): boolean {
  return isAuditExportError(error) && error.details['expired'] === true;
}

/** What is read, beside the queries. */
export interface ReadingOptions {
  /** Client and address of each query. */
  client: boolean;
  logins: boolean;
  signal: AbortSignal;
}

/**
 * The queries that ended in a range of time, and the log-ins in it where they are read as well, in order, as many at a time
 * as come.
 */
export function readQueries(
  session: SnowflakeSession,
  range: TimeRange,
  { client, logins, signal }: ReadingOptions,
): AsyncGenerator<readonly QueryRow[]> {
  const read = { session, range, signal };
  const queries = readRows({ ...read, statement: (part) => queriesStatement(part, { client }) });
  if (!logins) return queries;
  return inOrderOfPlace(
    queries,
    readRows({ ...read, statement: loginsStatement }, { source: 'loginHistory' }),
  );
}

/** The same without what they were: which there are, and of which queries the access is known. In no order. */
export async function* readIds(
  session: SnowflakeSession,
  range: TimeRange,
  { logins, signal }: Omit<ReadingOptions, 'client'>,
): AsyncGenerator<readonly QueryRow[]> {
  const read = { session, range, signal };
  yield* readRows({ ...read, statement: idsStatement });
  if (logins)
    yield* readRows(
      { ...read, statement: (part) => loginsStatement(part, true) },
      { source: 'loginHistory' },
    );
}

interface RowReading {
  session: SnowflakeSession;
  range: TimeRange;
  /** Asks for the rows of a range, in the order of their ends. */
  statement: (range: TimeRange) => SnowflakeStatement;
  signal: AbortSignal;
}

/**
 * The rows that a statement gives. Where Snowflake forgets it before its last row, the rest is asked for by another: the rows
 * come in the order of their ends, so it is known which were read.
 */
async function* readRows(
  { session, range, statement, signal }: RowReading,
  origin?: RowOrigin,
): AsyncGenerator<readonly QueryRow[]> {
  const read = new ReadRows(range.fromNs);
  for (let forgotten = 0; forgotten <= mostForgotten; forgotten++) {
    try {
      const rest = statement({ ...range, fromNs: read.untilNs });
      const { columns, batches } = await session.query({ ...rest, signal });
      const places = columnPlaces(columns);
      for await (const cells of batches) {
        const rows = read.add(cells.map((row) => new QueryRow(row, places, origin)));
        if (rows.length > 0) forgotten = 0;
        yield rows;
      }
      return;
    } catch (error) {
      if (!hasExpired(error) || forgotten === mostForgotten) throw error;
    }
  }
}

/** Which rows were read, of those that come in the order of their ends. */
class ReadRows {
  untilNs: bigint;
  /** Those that ended then. */
  #last = new Set<string>();

  constructor(fromNs: bigint) {
    this.untilNs = fromNs;
  }

  /** Takes rows in, and hands back those that are new. */
  add(rows: readonly QueryRow[]): QueryRow[] {
    const fresh = rows.filter(({ endNs, queryId }) => endNs !== this.untilNs || !this.#last.has(queryId));
    const untilNs = fresh.at(-1)?.endNs ?? this.untilNs;
    if (untilNs !== this.untilNs) this.#last = new Set();
    for (const { endNs, queryId } of fresh) if (endNs === untilNs) this.#last.add(queryId);
    this.untilNs = untilNs;
    return fresh;
  }
}

/** What is read of a span of windows. Times and lengths in nanoseconds. */
export interface SpanReading extends ReadingOptions {
  /** How long a row of QUERY_HISTORY is waited for, for what ACCESS_HISTORY alone knows. */
  waitedNs: bigint;
  /** What ACCESS_HISTORY alone knows has been read where it began before it. */
  accessOnlyNs: bigint;
}

/**
 * All that belongs to a span of windows, in the order of its places. What ACCESS_HISTORY alone knows takes its place
 * `waitedNs` after it began, when a row of QUERY_HISTORY is no longer waited for; what was waited for longer before, the first.
 */
export function readSpan(
  session: SnowflakeSession,
  span: TimeRange,
  { waitedNs, accessOnlyNs, ...options }: SpanReading,
): AsyncGenerator<readonly QueryRow[]> {
  const queries = readQueries(session, span, options);
  const range = { fromNs: accessOnlyNs, untilNs: span.untilNs - waitedNs };
  if (range.fromNs >= range.untilNs) return queries;
  const read = { session, range, statement: accessOnlyStatement, signal: options.signal };
  return inOrderOfPlace(queries, readRows(read, { source: 'accessHistory', waitedNs, leastNs: span.fromNs }));
}

/** Joins two streams that are each in the order of places. */
async function* inOrderOfPlace(
  queries: AsyncGenerator<readonly QueryRow[]>,
  others: AsyncGenerator<readonly QueryRow[]>,
): AsyncGenerator<readonly QueryRow[]> {
  const waiting = oneByOne(others);
  let next = await waiting.next();
  for await (const rows of queries) {
    let merged: QueryRow[] = [];
    for (const row of rows) {
      for (; next.done !== true && next.value.placeNs <= row.placeNs; next = await waiting.next()) {
        merged.push(next.value);
        if (merged.length < mostRows) continue;
        yield merged;
        merged = [];
      }
      merged.push(row);
    }
    yield merged;
  }
  for (; next.done !== true; next = await waiting.next()) yield [next.value];
}

/** Rows that are handed on at once, where one batch of queries has many others before it. */
const mostRows = 10_000;

async function* oneByOne(batches: AsyncGenerator<readonly QueryRow[]>): AsyncGenerator<QueryRow, undefined> {
  for await (const rows of batches) yield* rows;
}
