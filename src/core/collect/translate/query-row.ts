import { AuditExportError } from '../../../errors.ts';
import type { SnowflakeColumn, SnowflakeRow } from '../../../ports/snowflake.ts';

/** Where each column of a result stands. */
export type ColumnPlaces = ReadonlyMap<string, number>;

/** Answers with the places of columns, for `QueryRow`. */
export function columnPlaces(columns: readonly SnowflakeColumn[]): ColumnPlaces {
  return new Map(columns.map(({ name }, index) => [name, index]));
}

/** One row of QUERY_HISTORY with what the other views know of the query. */
export class QueryRow {
  readonly queryId: string;
  readonly endNs: bigint;
  /** Whether ACCESS_HISTORY has a row for it. */
  readonly hasAccess: boolean;
  readonly #cells: SnowflakeRow;
  readonly #places: ColumnPlaces;
  /** What was parsed: an object takes the whole of it into its record. */
  #parsed: Map<string, unknown> | undefined;

  /** Throws `snowflake-failed` for a row without an id or an end. */
  constructor(cells: SnowflakeRow, places: ColumnPlaces) {
    this.#cells = cells;
    this.#places = places;
    this.queryId = this.text('QUERY_ID') ?? missing('QUERY_ID', null);
    this.endNs = BigInt(this.text('END_NS') ?? missing('END_NS', this.queryId));
    this.hasAccess = this.text('ACCESS_QUERY_ID') !== null;
  }

  get startNs(): bigint {
    const text = this.text('START_NS');
    return text === null ? this.endNs : BigInt(text);
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
}

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
    throw new AuditExportError(
      'snowflake-failed',
      `${column} of the query ${queryId} is not JSON: ${(error as Error).message}.`,
      { cure: 'Run it again; if it stays, leave the query out with --until and report it.', cause: error },
    );
  }
}
