import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compactRecords, LedgerState } from '../../core/ledger/ledger-state.ts';
import type { LedgerRecord } from '../../core/ledger/ledger-state.ts';
import { fewWitnesses } from '../../core/ledger/witness-keeper.ts';
import { AuditExportError } from '../../errors.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { FinishedObject } from '../../ports/object-store.ts';
import { JournalFile } from './journal-file.ts';
import { replaceFile } from './replace-file.ts';

/** A ledger that has grown past this, and to twice what it comes to, is written anew. */
const compactedFromBytes = 1024 * 1024;

/** The ledger of one destination: a journal in a folder of its own, and the objects that were kept as witnesses. */
export class LedgerFile implements Ledger {
  readonly state = new LedgerState();
  readonly #folder: string;
  readonly #journal: JournalFile<LedgerRecord>;
  readonly #now: () => number;
  /** Bytes after it was last written anew. */
  #compactedBytes = 0;

  private constructor(folder: string, now: () => number) {
    this.#folder = folder;
    this.#journal = new JournalFile(join(folder, 'journal'));
    this.#now = now;
  }

  /** Opens a ledger, a new one where there is none. Throws `state-not-written`. */
  static async open(folder: string, now: () => number): Promise<LedgerFile> {
    const ledger = new LedgerFile(folder, now);
    await ledger.#told(async () => {
      for (const record of await ledger.#journal.open()) ledger.state.apply(record);
      await ledger.#compact();
    });
    return ledger;
  }

  async add(record: LedgerRecord): Promise<void> {
    await this.#told(async () => {
      await this.#journal.append(record, mustLast(record));
      this.state.apply(record);
      if (this.#journal.bytes > this.#compactedBytes * 2) await this.#compact();
    });
  }

  async witnesses(): Promise<FinishedObject[]> {
    const text = await readFile(this.#witnessFile, 'utf8').catch(() => '[]');
    const kept = JSON.parse(text) as Record<'key' | 'contentType' | 'body', string>[];
    return kept.map(({ key, contentType, body }) => ({
      key,
      contentType,
      body: Buffer.from(body, 'base64'),
    }));
  }

  async keepWitnesses(objects: readonly FinishedObject[]): Promise<void> {
    if (objects.length === 0) return;
    const kept = fewWitnesses(objects);
    const text = JSON.stringify(
      kept.map(({ key, contentType, body }) => ({ key, contentType, body: body.toString('base64') })),
    );
    await this.#told(() => replaceFile(this.#witnessFile, text));
  }

  async close(): Promise<void> {
    await this.#journal.close();
  }

  get #witnessFile(): string {
    return join(this.#folder, 'witnesses.json');
  }

  async #compact(): Promise<void> {
    if (this.#journal.bytes < compactedFromBytes) return;
    await this.#journal.rewrite(compactRecords(this.state, this.#now()));
    this.#compactedBytes = this.#journal.bytes;
  }

  async #told(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      throw new AuditExportError(
        'state-not-written',
        `The ledger in ${this.#folder} can't be kept: ${(error as Error).message}.`,
        {
          cure: 'Give this user a folder with room to write state in: set XDG_STATE_HOME, or free disk there.',
          cause: error,
        },
      );
    }
  }
}

/** That a batch is done may be forgotten in a power cut: it is done once more, and the store has it already. */
function mustLast({ kind }: LedgerRecord): boolean {
  return kind !== 'done';
}
