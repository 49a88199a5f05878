import { AuditExportError } from '../../../errors.ts';
import { parseNanoseconds } from './snowflake-time.ts';
import type { SnowflakeColumn, SnowflakeRow } from '../../../ports/snowflake.ts';

/** Where each column of a result stands. */
export type ColumnPlaces = ReadonlyMap<string, number>;

/** Answers with the places of columns, for `QueryRow`. */
export function columnPlaces(columns: readonly SnowflakeColumn[]): ColumnPlaces {
  return new Map(columns.map(({ name }, index) => [name.toUpperCase(), index]));
}

/** Where a row came from: `accessHistory` where QUERY_HISTORY has none of the query, `loginHistory` for a log-in. */
export type RowSource = 'queryHistory' | 'accessHistory' | 'loginHistory';

/** Says of a row that it is not of QUERY_HISTORY. */
export interface RowOrigin {
  source: RowSource;
  /** It belongs to a window that much later than it began, in nanoseconds. */
  waitedNs?: bigint;
  /** To none that begins before it. */
  leastNs?: bigint;
}

/**
 * One query: its row of QUERY_HISTORY with what the other views know of it, or what ACCESS_HISTORY alone knows. Or a log-in,
 * whose id is that of its event with `login:` before it.
 */
export class QueryRow {
  readonly queryId: string;
  /** Its end; its beginning where nothing else is known. */
  readonly endNs: bigint;
  /** The time by which it belongs to a window: its end, or later where its rows are waited for. */
  readonly placeNs: bigint;
  readonly source: RowSource;
  /** The collector itself ran it. */
  readonly own: boolean;
  /** Whether ACCESS_HISTORY has a row for it. */
  readonly hasAccess: boolean;
  readonly #cells: SnowflakeRow;
  readonly #places: ColumnPlaces;
  /** What was parsed: an object takes the whole of it into its record. */
  #parsed: Map<string, unknown> | undefined;

  /** Throws `snowflake-failed` for a row without an id or an end. */
  constructor(cells: SnowflakeRow, places: ColumnPlaces, origin: RowOrigin = { source: 'queryHistory' }) {
    this.#cells = cells;
    this.#places = places;
    this.source = origin.source;
    this.queryId = this.#idOf(origin.source);
    this.endNs = this.#nanoseconds('END_NS') ?? missing('END_NS', this.queryId);
    const { waitedNs = 0n, leastNs = 0n } = origin;
    this.placeNs = this.endNs + waitedNs > leastNs ? this.endNs + waitedNs : leastNs;
    this.own = this.text('OWN') !== null;
    this.hasAccess = origin.source === 'loginHistory' || this.text('ACCESS_QUERY_ID') !== null;
  }

  #idOf(source: RowSource): string {
    if (source !== 'loginHistory') return this.text('QUERY_ID') ?? missing('QUERY_ID', null);
    return `login:${this.text('EVENT_ID') ?? missing('EVENT_ID', null)}`;
  }

  get startNs(): bigint {
    return this.#nanoseconds('START_NS') ?? this.endNs;
  }

  #nanoseconds(column: string): bigint | null {
    const text = this.text(column);
    return text === null ? null : parseNanoseconds(text, `${column} of the query ${this.queryId}`);
  }

  /** Text of a column, null where it is NULL or was not asked for. */
  text(column: string): string | null {
    return this.#cells[this.#places.get(column) ?? -1] ?? null;
  }

  /** Value of a column that holds JSON, null where it is NULL. Throws `snowflake-failed` for what is no JSON. */
  json(column: string): unknown {
    this.#parsed ??= new Map();
    if (!this.#parsed.has(column))
      this.#parsed.set(column, parseCell(column, this.text(column), this.queryId));
    return this.#parsed.get(column);
  }

  /**
   * The objects that all rows of ACCESS_HISTORY hold in a column, arrays taken apart, each once; always in the same order,
   * for the rows come in any. Throws `snowflake-failed` for what is no JSON, and for what is no object.
   */
  values(column: string): unknown[] {
    const rows = this.json(column);
    if (rows === null) return [];
    const unordered = Array.isArray(rows) ? rows : [rows];
    const inOrder = unordered.length < 2 ? unordered : unordered.map(jsonOf).toSorted().map(parseJson);
    const values = inOrder
      .map((row) => (typeof row === 'string' ? parseCell(column, row, this.queryId) : row))
      .flatMap((row): unknown[] => (Array.isArray(row) ? row : [row]))
      .filter((value) => value !== null);
    const strange = values.find((value) => typeof value !== 'object');
    if (strange !== undefined) throw unreadable(column, this.queryId, 'holds something else than objects');
    return [...new Map(values.map((value) => [jsonOf(value), value])).values()];
  }
}

const parseJson = (text: string): unknown => JSON.parse(text);

/** A value by its JSON: equal values have the same. */
const jsonOf = (value: unknown): string => JSON.stringify(value);

function missing(column: string, queryId: string | null): never {
  throw new AuditExportError(
    'snowflake-failed',
    `Snowflake gave no ${column} for ${queryId === null ? 'a query' : `the query ${queryId}`}.`,
    { cure: 'Run it again with --verbose, and report it with what it says.' },
  );
}

function parseCell(column: string, text: string | null, queryId: string): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(column, queryId, 'is not JSON', error);
  }
}

function unreadable(column: string, queryId: string, why: string, cause?: unknown): AuditExportError {
  return new AuditExportError('snowflake-failed', `${column} of the query ${queryId} ${why}.`, {
    cure: `Look at it: SELECT ${column} FROM SNOWFLAKE.ACCOUNT_USAGE.ACCESS_HISTORY WHERE QUERY_ID = '${queryId}'`,
    cause,
  });
}
