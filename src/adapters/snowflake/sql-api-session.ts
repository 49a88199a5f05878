import { AuditExportError } from '../../errors.ts';
import type {
  SnowflakeColumn,
  SnowflakeResult,
  SnowflakeRow,
  SnowflakeSession,
  SnowflakeStatement,
} from '../../ports/snowflake.ts';
import type { AccountAddress } from './account-address.ts';
import type { Caller, Pace } from './caller.ts';
import { interrupted } from './caller.ts';
import type { PartitionInfo } from './result-rows.ts';
import { readRows } from './result-rows.ts';
import { fromAnswer, ofStatement } from './snowflake-errors.ts';
import type { Answer } from './transport.ts';

/** What statements run with, and how the session talks. */
export interface SessionParts {
  address: AccountAddress;
  role: string | undefined;
  warehouse: string | undefined;
  caller: Caller;
  pace: Pace;
  /** An id for a request: a UUID. */
  newId: () => string;
  closeTransport: () => void;
}

/** Pauses between two looks at a statement, and the longest that any statement may take: Snowflake's own maximum. */
const firstLookMs = 200;
const longestLookMs = 5_000;
const lookGrowth = 1.5;
const longestRunMs = 604_800_000;
/** What is left to the run after it was told to stop: to learn the id of a statement, and to cancel it. */
const graceMs = 5_000;

interface StatementAnswer {
  code?: string;
  sqlState?: string;
  message?: string;
  statementHandle?: string;
  resultSetMetaData?: {
    numRows?: number;
    rowType?: Columns;
    partitionInfo?: PartitionInfo[];
  };
  data?: SnowflakeRow[];
}

/**
 * Statements over the SQL API (docs.snowflake.com, "Snowflake SQL API reference"). They are submitted asynchronously:
 * their id is known at once, so that they can be cancelled, and no connection is silent for long.
 */
export class SqlApiSession implements SnowflakeSession {
  readonly host: string;
  readonly account: string;
  readonly #parts: SessionParts;
  readonly #running = new Set<Promise<unknown>>();
  readonly #closed = new AbortController();

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.host = parts.address.host;
    this.account = parts.address.account;
  }

  async query(statement: SnowflakeStatement): Promise<SnowflakeResult> {
    const signal = this.#signal(statement.signal);
    if (signal.aborted) throw interrupted('The statement', signal.reason);
    const running = this.#run(statement, signal);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await Promise.allSettled(this.#running);
    this.#parts.closeTransport();
  }

  async #run(statement: SnowflakeStatement, signal: AbortSignal): Promise<SnowflakeResult> {
    const submitted = await this.#submit(statement, signal);
    const id = submitted.body.statementHandle;
    if (id === undefined) throw this.#strange('a statement without an id', submitted.answer);
    try {
      const done = await this.#await(submitted, { id, statement, signal });
      return this.#result(done, id, signal);
    } catch (error) {
      if (signal.aborted) await this.#cancel(id);
      throw error;
    }
  }

  #signal(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#closed.signal : AbortSignal.any([signal, this.#closed.signal]);
  }

  /** A request that is sent a second time carries the same id and `retry=true`: the statement runs only once. */
  async #submit(
    { text, binds = [], queryTag, timeoutSeconds }: SnowflakeStatement,
    signal: AbortSignal,
  ): Promise<Read> {
    const { role, warehouse, newId, caller } = this.#parts;
    const path = `/api/v2/statements?requestId=${newId()}&async=true`;
    const body = JSON.stringify({
      statement: text,
      ...(timeoutSeconds === undefined ? {} : { timeout: timeoutSeconds }),
      ...(role === undefined ? {} : { role }),
      ...(warehouse === undefined ? {} : { warehouse }),
      ...(binds.length === 0
        ? {}
        : { bindings: Object.fromEntries(binds.map((bind, index) => [String(index + 1), bind])) }),
      parameters: { timezone: 'UTC', ...(queryTag === undefined ? {} : { query_tag: queryTag }) },
    });
    const late = delayed(signal, graceMs);
    try {
      const answer = await caller.call({
        what: 'The statement',
        method: 'POST',
        path,
        retryPath: `${path}&retry=true`,
        body,
        signal: late.signal,
      });
      return this.#read(answer);
    } finally {
      late.stop();
    }
  }

  /** Looks until the statement is done. Throws `interrupted` where the signal fires before. */
  async #await(
    submitted: Read,
    { id, statement, signal }: { id: string; statement: SnowflakeStatement; signal: AbortSignal },
  ): Promise<Read> {
    const { pace } = this.#parts;
    const allowedMs =
      statement.timeoutSeconds === undefined ? longestRunMs : statement.timeoutSeconds * 1000 + 60_000;
    const endMs = pace.now() + allowedMs;
    let pauseMs = firstLookMs;
    for (let read = submitted; ; pauseMs = Math.min(pauseMs * lookGrowth, longestLookMs)) {
      if (signal.aborted) throw interrupted(`Statement ${id}`, signal.reason);
      if (read.answer.status === 200) return read;
      if (pace.now() > endMs) {
        await this.#cancel(id);
        throw fromAnswer({
          what: `Statement ${id}`,
          account: this.account,
          status: 408,
          said: { statementHandle: id },
        });
      }
      await pace.sleep(pauseMs, signal).catch((error: unknown) => {
        throw interrupted(`Statement ${id}`, error);
      });
      read = this.#read(
        await this.#look({
          what: `Statement ${id}`,
          method: 'GET',
          path: `/api/v2/statements/${id}`,
          signal,
        }),
      );
    }
  }

  #result({ answer, body }: Read, id: string, signal: AbortSignal): SnowflakeResult {
    const { resultSetMetaData: meta, data } = body;
    if (body.code === '391908')
      throw fromAnswer({ what: `Statement ${id}`, account: this.account, status: 200, said: body });
    if (!areColumns(meta?.rowType) || !areRows(data))
      throw this.#strange('a result without columns or rows', answer);
    const partitions = meta.partitionInfo ?? [];
    const rows = partitions.length === 0 ? data.length : sumOf(partitions.map(({ rowCount }) => rowCount));
    if ((meta.numRows ?? rows) !== rows)
      throw this.#strange(`a result of ${meta.numRows ?? 0} rows that holds ${rows}`, answer);
    return {
      statementId: id,
      columns: meta.rowType.map(({ name, type }): SnowflakeColumn => ({ name, type: type.toLowerCase() })),
      rowCount: rows,
      batches: readRows({
        what: `statement ${id}`,
        first: data,
        partitions,
        fetch: (index, stop) =>
          this.#look({
            what: `Partition ${index} of statement ${id}`,
            method: 'GET',
            path: `/api/v2/statements/${id}?partition=${index}`,
            signal: AbortSignal.any([signal, stop]),
            raw: true,
          }),
      }),
    };
  }

  /** Asks about a statement; Snowflake may have forgotten it. */
  #look(call: Parameters<Caller['call']>[0]): Promise<Answer> {
    return this.#parts.caller.call(call).catch((error: unknown) => {
      throw ofStatement(error);
    });
  }

  /** Tells Snowflake to give a statement up. What goes wrong with it hides nothing: the run has stopped already. */
  async #cancel(id: string): Promise<void> {
    await this.#parts.caller
      .call({
        what: `Cancelling statement ${id}`,
        method: 'POST',
        path: `/api/v2/statements/${id}/cancel`,
        body: '',
        signal: AbortSignal.timeout(graceMs),
      })
      .catch(() => undefined);
  }

  #read(answer: Answer): Read {
    try {
      const body: unknown = JSON.parse(answer.body.toString('utf8'));
      if (typeof body === 'object' && body !== null) return { answer, body };
    } catch (error) {
      throw this.#strange('no JSON', answer, error);
    }
    throw this.#strange('no JSON object', answer);
  }

  #strange(what: string, { status, headers }: Answer, cause?: unknown): AuditExportError {
    const type = headers['content-type'] ?? 'no content type';
    return new AuditExportError(
      'snowflake-failed',
      `${this.host} answered with ${what} (HTTP ${status}, ${type}).`,
      { cure: 'Check --account or --account-url, and that no proxy answers in its place.', cause },
    );
  }
}

type Columns = { name: string; type: string }[];

const areColumns = (columns: Columns | undefined): columns is Columns =>
  Array.isArray(columns) &&
  columns.every(({ name, type }) => typeof name === 'string' && typeof type === 'string');

const areRows = (rows: SnowflakeRow[] | undefined): rows is SnowflakeRow[] =>
  Array.isArray(rows) && rows.every((row) => Array.isArray(row));

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

interface Read {
  answer: Answer;
  body: StatementAnswer;
}

/** A signal that follows another after a while. */
function delayed(signal: AbortSignal, ms: number): { signal: AbortSignal; stop: () => void } {
  const later = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const start = (): void => {
    timer = setTimeout(() => later.abort(signal.reason), ms);
  };
  signal.addEventListener('abort', start, { once: true });
  return {
    signal: later.signal,
    stop: () => {
      signal.removeEventListener('abort', start);
      clearTimeout(timer);
    },
  };
}
