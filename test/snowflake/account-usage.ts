import type { DuckDBAppender, DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api';
import {
  BIGINT,
  DuckDBInstance,
  DuckDBTimestampNanosecondsValue,
  VARCHAR,
  DuckDBTypeId,
} from '@duckdb/node-api';
import { macros, problemOf, translate } from './dialect.ts';
import type { ArrivingRow, ColumnType, Value, ViewName, ViewRow } from './views.ts';
import { viewColumns, viewNames } from './views.ts';

/** What a statement came to. */
export interface ResultTable {
  columns: { name: string; type: ColumnType }[];
  rows: Value[][];
}

/** What a statement runs with: binds, simulated time in milliseconds since 1970, and what CURRENT_… answers. */
export interface Surroundings {
  binds?: readonly { type: string; value: string | null }[];
  nowMs: number;
  context?: Readonly<Record<string, string | null>>;
}

const sqlTypes: Readonly<Record<ColumnType, string>> = {
  text: 'VARCHAR',
  fixed: 'BIGINT',
  real: 'DOUBLE',
  boolean: 'BOOLEAN',
  timestamp_ltz: 'TIMESTAMP_NS',
  array: 'JSON',
  object: 'JSON',
};

const resultTypes: ReadonlyMap<DuckDBTypeId, ColumnType> = new Map([
  [DuckDBTypeId.VARCHAR, 'text'],
  [DuckDBTypeId.SQLNULL, 'text'],
  [DuckDBTypeId.INTEGER, 'fixed'],
  [DuckDBTypeId.BIGINT, 'fixed'],
  [DuckDBTypeId.HUGEINT, 'fixed'],
  [DuckDBTypeId.DOUBLE, 'real'],
  [DuckDBTypeId.BOOLEAN, 'boolean'],
  [DuckDBTypeId.TIMESTAMP_NS, 'timestamp_ltz'],
]);

const keptAnswers = 100;

const opened = async (): Promise<DuckDBConnection> => {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  // The statements say themselves in which order to join; looking for a better one costs more than it brings.
  await connection.run("SET disabled_optimizers = 'join_order'");
  await connection.run("ATTACH ':memory:' AS SNOWFLAKE");
  await connection.run('CREATE SCHEMA SNOWFLAKE.ACCOUNT_USAGE');
  await connection.run('CREATE SCHEMA SNOWFLAKE.ARRIVED');
  await connection.run('CREATE TABLE SNOWFLAKE.ARRIVED.NOW (ms BIGINT, ns BIGINT)');
  await connection.run('INSERT INTO SNOWFLAKE.ARRIVED.NOW VALUES (0, 0)');
  await connection.run('CREATE TABLE SNOWFLAKE.ARRIVED.CONTEXT (name VARCHAR, value VARCHAR)');
  for (const macro of macros) await connection.run(macro);
  for (const view of viewNames) {
    const columns = Object.entries(viewColumns[view]);
    const list = columns.map(([name, type]) => `"${name}" ${sqlTypes[type]}`).join(', ');
    const names = columns.map(([name]) => `"${name}"`).join(', ');
    await connection.run(`CREATE TABLE SNOWFLAKE.ARRIVED.${view} (VISIBLE_MS BIGINT, ${list})`);
    // The view holds what has arrived by now.
    await connection.run(
      `CREATE VIEW SNOWFLAKE.ACCOUNT_USAGE.${view} AS SELECT ${names} FROM SNOWFLAKE.ARRIVED.${view} WHERE VISIBLE_MS <= (SELECT ms FROM SNOWFLAKE.ARRIVED.NOW)`,
    );
  }
  return connection;
};

/** SNOWFLAKE.ACCOUNT_USAGE as tables of DuckDB: statements run on it as they are written, or fail. */
export class AccountUsage {
  readonly #connection: Promise<DuckDBConnection> = opened();
  /** One thing at a time: what is true by now is set for the connection. */
  #last: Promise<unknown> = this.#connection;

  readonly #prepared = new Map<string, DuckDBPreparedStatement>();
  /** What was asked of these rows at this time before: tests of kills ask the same again and again. */
  readonly #answers = new Map<string, Promise<ResultTable>>();
  #nowMs: number | undefined;
  #context = '';

  /** Takes rows of a view, each with the time from which it can be seen. */
  insert(view: ViewName, rows: Iterable<ArrivingRow>): Promise<void> {
    this.#answers.clear();
    return this.#inTurn(async (connection) => {
      const appender = await connection.createAppender(view, 'ARRIVED', 'SNOWFLAKE');
      for (const { row, visibleMs } of rows) appendRow(appender, view, row, visibleMs);
      appender.closeSync();
    });
  }

  /** Runs one statement of Snowflake's SQL. Throws SqlProblem. */
  run(sql: string, { binds = [], nowMs, context = {} }: Surroundings): Promise<ResultTable> {
    const asked = JSON.stringify([sql, binds, nowMs, context]);
    const answer = this.#answers.get(asked) ?? this.#ask(sql, { binds, nowMs, context });
    if (this.#answers.size >= keptAnswers) this.#answers.clear();
    this.#answers.set(asked, answer);
    return answer;
  }

  #ask(sql: string, { binds, nowMs, context }: Required<Surroundings>): Promise<ResultTable> {
    const text = translate(sql);
    return this.#inTurn(async (connection) => {
      await this.#surround(connection, nowMs, context);
      const values = binds.map(({ type, value }) =>
        type === 'FIXED' && value !== null ? BigInt(value) : value,
      );
      const types = binds.map(({ type }) => (type === 'FIXED' ? BIGINT : VARCHAR));
      try {
        const prepared = this.#prepared.get(text) ?? (await connection.prepare(text));
        this.#prepared.set(text, prepared);
        prepared.bind(values, types);
        const result = await prepared.runAndReadAll();
        const kinds = result.columnTypes().map(({ typeId }) => resultTypes.get(typeId) ?? 'text');
        return {
          columns: result.columnNames().map((name, index) => ({ name, type: kinds[index] ?? 'text' })),
          rows: result.getRows().map((row) => row.map(plain)),
        };
      } catch (error) {
        throw problemOf(error as Error);
      }
    });
  }

  /** Writes down what is true by now, where that has changed. */
  async #surround(
    connection: DuckDBConnection,
    nowMs: number,
    context: Readonly<Record<string, string | null>>,
  ): Promise<void> {
    if (nowMs !== this.#nowMs) {
      await connection.run(
        `UPDATE SNOWFLAKE.ARRIVED.NOW SET ms = ${BigInt(nowMs)}, ns = ${BigInt(nowMs) * 1_000_000n}`,
      );
      this.#nowMs = nowMs;
    }
    const words = JSON.stringify(context);
    if (words === this.#context) return;
    await connection.run('DELETE FROM SNOWFLAKE.ARRIVED.CONTEXT');
    for (const [name, value] of Object.entries(context))
      await connection.run(
        'INSERT INTO SNOWFLAKE.ARRIVED.CONTEXT VALUES (?, ?)',
        [name, value],
        [VARCHAR, VARCHAR],
      );
    this.#context = words;
  }

  async close(): Promise<void> {
    await this.#inTurn(async (connection) => connection.closeSync());
  }

  #inTurn<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => work(await this.#connection));
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

function plain(value: unknown): Value {
  return value instanceof DuckDBTimestampNanosecondsValue ? value.nanos : (value as Value);
}

function appendRow(appender: DuckDBAppender, view: ViewName, row: ViewRow, visibleMs: number): void {
  appender.appendBigInt(BigInt(visibleMs));
  for (const [name, type] of Object.entries(viewColumns[view])) appendCell(appender, type, row[name] ?? null);
  appender.endRow();
}

function appendCell(appender: DuckDBAppender, type: ColumnType, value: Value): void {
  if (value === null) appender.appendNull();
  else if (type === 'fixed') appender.appendBigInt(value as bigint);
  else if (type === 'real') appender.appendDouble(value as number);
  else if (type === 'boolean') appender.appendBoolean(value as boolean);
  else if (type === 'timestamp_ltz')
    appender.appendTimestampNanoseconds(new DuckDBTimestampNanosecondsValue(value as bigint));
  else appender.appendVarchar(typeof value === 'string' ? value : JSON.stringify(value));
}
