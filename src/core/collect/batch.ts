import { isAuditExportError } from '../../errors.ts';
import type { KeptBytes, KeptSegment, KeptWriter } from '../../ports/state/kept-bytes.ts';
import type { CollectAccount } from './collect-account.ts';
import type { SeenQueries } from './seen-queries.ts';
import type { QueryRow } from './translate/query-row.ts';
import { printNanoseconds } from './translate/snowflake-time.ts';
import type { Translator } from './translator.ts';

/** Whether a batch is of a window that is read for the first time, or of what came late to one. */
export type BatchKind = 'window' | 'late';

/** What batches are made with. */
export interface BatchTools {
  kept: KeptBytes;
  seen: SeenQueries;
  account: CollectAccount;
  translator: Translator;
}

/** The records of the rows of one window on their way to the disk. Nothing is written before the first row that is new. */
export class Batch {
  readonly #kind: BatchKind;
  readonly #tools: BatchTools;
  readonly #records: KeptFile;
  readonly #seen: KeptFile;

  /** `source`: how reports name what the records came from. */
  constructor(kind: BatchKind, source: string, tools: BatchTools) {
    this.#kind = kind;
    this.#tools = tools;
    this.#records = new KeptFile(tools.kept, source);
    this.#seen = new KeptFile(tools.kept, `${source}, seen`);
  }

  get isEmpty(): boolean {
    return this.#seen.isEmpty;
  }

  /** Takes rows of its window: those that are new become records. */
  async add(rows: readonly QueryRow[]): Promise<void> {
    const { seen, account } = this.#tools;
    const others = rows.filter(({ own }) => !own);
    account.countOwn(this.#kind, rows.length - others.length);
    for (const [index, found] of seen.newsOf(others).entries()) {
      const row = others[index] as QueryRow;
      account.countRow(this.#kind, found?.news, row.source);
      if (found === undefined) continue;
      if (found.news !== 'later-row')
        for (const line of this.#linesOf(row, found.news === 'access'))
          await this.#records.add(Buffer.from(`${line}\n`));
      await this.#seen.add(found.key);
    }
  }

  /** The records of a row. What can't be read stops no other: it goes the way of lines that are no events, into quarantine. */
  #linesOf(row: QueryRow, supplement: boolean): string[] {
    const { account, translator } = this.#tools;
    try {
      return translator.linesOf(this.#kind, row, account.books, { supplement });
    } catch (error) {
      if (!isAuditExportError(error)) throw error;
      account.unreadableRows += 1;
      const endTime = printNanoseconds(row.endNs);
      return [
        JSON.stringify({
          queryId: row.queryId,
          endTime,
          sqlUser: row.text('USER_NAME'),
          unreadable: error.message,
        }),
      ];
    }
  }

  /** Makes it durable: its records, where there are any, and the keys of the queries that they are of. */
  async seal(): Promise<{ records: KeptSegment | undefined; seen: KeptSegment | undefined }> {
    return { seen: await this.#seen.close(), records: await this.#records.close() };
  }

  async abandon(): Promise<void> {
    await this.#records.abandon();
    await this.#seen.abandon();
  }
}

const bufferBytes = 256 * 1024;

/** A segment that is begun with its first bytes, and written many of them at a time. */
class KeptFile {
  readonly #kept: KeptBytes;
  readonly #source: string;
  #writer: KeptWriter | undefined;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;

  constructor(kept: KeptBytes, source: string) {
    this.#kept = kept;
    this.#source = source;
  }

  get isEmpty(): boolean {
    return this.#writer === undefined && this.#waitingBytes === 0;
  }

  async add(bytes: Buffer): Promise<void> {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= bufferBytes) await this.#flush();
  }

  async close(): Promise<KeptSegment | undefined> {
    if (this.#waitingBytes > 0) await this.#flush();
    return this.#writer?.close();
  }

  async abandon(): Promise<void> {
    await this.#writer?.abandon();
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#writer ??= await this.#kept.begin(this.#source);
    await this.#writer.append(bytes);
  }
}
