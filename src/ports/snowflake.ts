/** A session with one Snowflake account. Every statement stands alone: nothing is kept from one to the next. */
export interface SnowflakeSession {
  /** Host name of the account, as records name it: `acme-prod.snowflakecomputing.com`. */
  readonly host: string;
  /** Name of the account as it was given, in upper case: `ACME-PROD`. Of an address without a name, its first label. */
  readonly account: string;
  /**
   * Runs one statement, and comes back when Snowflake has its result. The rows are fetched as they are read. Throws
   * `snowflake-denied` (log-in, role, privilege), `snowflake-failed` (the statement), `snowflake-unreachable`,
   * `snowflake-throttled`, and `interrupted` where `signal` fired: the statement is cancelled then.
   */
  query(statement: SnowflakeStatement): Promise<SnowflakeResult>;
  /** Cancels what still runs and lets go of the connections. A second time is harmless. */
  close(): Promise<void>;
}

/** One statement. */
export interface SnowflakeStatement {
  /** SQL, with `?` for each bind. */
  text: string;
  binds?: readonly SnowflakeBind[];
  /** Label that QUERY_HISTORY keeps beside the statement. */
  queryTag?: string;
  /** How long Snowflake may work on it, in seconds. Missing: as long as the account allows. */
  timeoutSeconds?: number;
  signal?: AbortSignal;
}

/** A value for a `?`. `FIXED` takes digits, `TEXT` any text; a cast in the statement makes other types of it. */
export interface SnowflakeBind {
  type: 'TEXT' | 'FIXED';
  value: string | null;
}

/** A cell as Snowflake writes it: all types are text, NULL is null. */
export type SnowflakeCell = string | null;

/** A row: its cells in the order of `columns`. */
export type SnowflakeRow = readonly SnowflakeCell[];

/** What a statement came to. */
export interface SnowflakeResult {
  /** Snowflake's id of the statement: its QUERY_ID. */
  readonly statementId: string;
  readonly columns: readonly SnowflakeColumn[];
  /** Rows of the whole result. */
  readonly rowCount: number;
  /** The rows in order, a batch at a time; they can be read once. Throws what `query` throws. */
  readonly batches: AsyncIterable<readonly SnowflakeRow[]>;
}

export interface SnowflakeColumn {
  name: string;
  /** `text`, `fixed`, `timestamp_ltz`, `boolean`, …: as Snowflake calls it. */
  type: string;
}
