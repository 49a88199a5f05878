import type {
  BatchJournal,
  BatchWriter,
  Checkpoint,
  CollectState,
  LedgerPart,
  SeenQuery,
} from '../../ports/collect-state.ts';
import type { CollectAccount } from './collect-account.ts';
import type { SeenLedger } from './seen-ledger.ts';
import type { TimeRange } from './statement.ts';
import type { QueryRow } from './translate/query-row.ts';
import type { TranslationRules } from './translate/translate-query.ts';
import { translateRow } from './translate/translate-query.ts';

/** What batches are made with. */
export interface BatchTools {
  state: CollectState;
  ledger: SeenLedger;
  account: CollectAccount;
  translation: TranslationRules;
}

/** The records of the rows of one window on their way to the state. Nothing is written before the first row that is new. */
export class Batch {
  readonly kind: BatchJournal['kind'];
  readonly number: number;
  readonly #tools: BatchTools;
  readonly #seen: SeenQuery[] = [];
  #writer: BatchWriter | undefined;
  #records = 0;
  #rows = 0;

  constructor(kind: BatchJournal['kind'], number: number, tools: BatchTools) {
    this.kind = kind;
    this.number = number;
    this.#tools = tools;
  }

  get isEmpty(): boolean {
    return this.#writer === undefined;
  }

  /** Takes rows of its window: those that are new become records. */
  async add(rows: readonly QueryRow[]): Promise<void> {
    const { ledger, account, translation } = this.#tools;
    const lines: string[] = [];
    const seen: SeenQuery[] = [];
    for (const row of rows) {
      if (row.own) {
        account.countOwn(this.kind);
        continue;
      }
      const news = ledger.newsOf(row);
      account.countRow(this.kind, news, row.source);
      if (news === undefined) continue;
      if (news !== 'later-row')
        lines.push(...translateRow(row, translation, account.books, { supplement: news === 'access' }));
      seen.push({ queryId: row.queryId, endNs: String(row.endNs), hasAccess: row.hasAccess });
    }
    if (seen.length > 0) await this.#write(lines, seen);
  }

  async #write(lines: readonly string[], seen: readonly SeenQuery[]): Promise<void> {
    this.#writer ??= await this.#tools.state.beginBatch(this.number);
    this.#records += lines.length;
    this.#rows += seen.length;
    this.#seen.push(...seen);
    if (lines.length > 0) await this.#writer.addRecords(`${lines.join('\n')}\n`);
    await this.#writer.addSeen(seen);
  }

  /** Makes it durable and writes its journal; `checkpoint` is true once it is delivered. */
  async seal(range: TimeRange, checkpointWith: (part: LedgerPart) => Checkpoint): Promise<BatchJournal> {
    const part = { batch: this.number, queries: this.#rows, untilNs: String(range.untilNs) };
    const bytes = (await this.#writer?.finish()) ?? 0;
    const journal: BatchJournal = {
      version: 1,
      batch: this.number,
      kind: this.kind,
      fromNs: String(range.fromNs),
      untilNs: String(range.untilNs),
      rows: this.#rows,
      records: this.#records,
      bytes,
      checkpoint: checkpointWith(part),
    };
    await this.#tools.state.saveJournal(journal);
    return journal;
  }

  /** The ledger learns of its queries: the batch is committed. */
  enterInto(ledger: SeenLedger, { untilNs }: BatchJournal): void {
    ledger.add({ batch: this.number, untilNs }, this.#seen);
  }

  async abandon(): Promise<void> {
    await this.#writer?.abandon();
  }
}
