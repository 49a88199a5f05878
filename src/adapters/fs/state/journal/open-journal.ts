import { join } from 'node:path';
import { compactRecords, JournalState } from '../../../../core/batches/journal-state.ts';
import { shellWord } from '../../../../core/language/shell-word.ts';
import { AuditExportError, isAuditExportError } from '../../../../errors.ts';
import type { DeliveredObject, DeliveredObjects } from '../../../../ports/state/delivered-objects.ts';
import type { Journal, JournalRecord } from '../../../../ports/state/journal.ts';
import { appendHistory, readHistory } from '../history-file.ts';
import { JournalFile, LostOwnership } from './journal-file.ts';
import type { Batch } from '../../../../ports/state/batch.ts';

/** A journal that has grown past this, and to twice what it comes to, is written anew. */
const compactedFromBytes = 1024 * 1024;
/** What a `done` may have more than the `begin` before it. */
const spareBytes = 64 * 1024;

/** The journal of one destination, in its folder. */
export class JournalOnDisk implements Journal {
  readonly state = new JournalState();
  readonly #folder: string;
  readonly #now: () => number;
  readonly #file: JournalFile<JournalRecord>;
  /** Bytes after it was last written anew. */
  #compactedBytes = 0;

  private constructor(folder: string, file: JournalFile<JournalRecord>, now: () => number) {
    this.#folder = folder;
    this.#file = file;
    this.#now = now;
  }

  /** Takes the journal over with a fencing number; a new one where there is none. Throws `state-not-written` and `lock-lost`. */
  static async open(folder: string, fence: number, now: () => number): Promise<JournalOnDisk> {
    return told(folder, async () => {
      const path = join(folder, 'journal');
      const { journal, records } = await JournalFile.open<JournalRecord>(path, { fence });
      const opened = new JournalOnDisk(folder, journal, now);
      for (const { record } of records) opened.state.apply(record);
      await opened.#compact();
      return opened;
    });
  }

  /** The highest fencing number that a journal knows. Throws `state-not-written`. */
  static async newestFence(folder: string): Promise<number> {
    return told(folder, () => JournalFile.newestFence(join(folder, 'journal')));
  }

  /** What a journal says, without taking it over. Throws `state-not-written`. */
  static async read(folder: string): Promise<JournalState> {
    return told(folder, async () => {
      const state = new JournalState();
      for (const { record } of await JournalFile.read<JournalRecord>(join(folder, 'journal')))
        state.apply(record);
      return state;
    });
  }

  async add(record: JournalRecord): Promise<void> {
    await told(this.#folder, async () => {
      if (record.kind === 'begin')
        await this.#file.reserve(3 * Buffer.byteLength(JSON.stringify(record)) + spareBytes);
      await this.#file.append(record, { durable: true });
    });
    this.state.apply(record);
    // A full disk must not keep a batch from being ended: it is written anew another time.
    if (this.#file.bytes > this.#compactedBytes * 2)
      await told(this.#folder, () => this.#compact()).catch(unlessLost);
  }

  async *history(): AsyncGenerator<Batch> {
    yield* toldOf(this.#folder, readHistory<Batch>(this.#history));
    const records = await told(this.#folder, () =>
      JournalFile.read<JournalRecord>(join(this.#folder, 'journal')),
    );
    yield* this.#delivered(records);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  get #history(): string {
    return join(this.#folder, 'history');
  }

  async #compact(): Promise<void> {
    if (this.#file.bytes < compactedFromBytes) return;
    const records = await JournalFile.read<JournalRecord>(join(this.#folder, 'journal'));
    await appendHistory(this.#history, this.#delivered(records));
    await this.#file.rewrite(compactRecords(this.state, this.#now()));
    this.#compactedBytes = this.#file.bytes;
  }

  /** The batches among these records that were delivered. */
  *#delivered(records: readonly { record: JournalRecord }[]): Generator<Batch> {
    for (const { record } of records)
      if (record.kind === 'begin' && !this.state.begun.has(record.batch.id)) yield record.batch;
  }
}

/** The objects of buckets that were delivered, in a file beside the journal: of none a run forgets that it was. */
export function deliveredObjects(folder: string): DeliveredObjects {
  const path = join(folder, 'delivered-objects');
  return {
    add: (objects) => told(folder, () => appendHistory(path, objects, Infinity)),
    all: () => toldOf(folder, readHistory<DeliveredObject>(path)),
  };
}

async function* toldOf<T>(folder: string, records: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    for (;;) {
      const next = await told(folder, () => records.next());
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await records.return(undefined);
  }
}

async function told<T>(folder: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (isAuditExportError(error)) throw error;
    if (error instanceof LostOwnership)
      throw new AuditExportError(
        'lock-lost',
        'Another run has taken this destination over while this one stood still: nothing more is stored by this one.',
        { cure: 'Run it again: what was begun is ended with the same objects.', cause: error },
      );
    throw new AuditExportError(
      'state-not-written',
      `The journal in ${folder} can't be kept: ${(error as Error).message}.`,
      {
        cure: isDamage(error)
          ? `Restore that folder from a copy, or set it aside: mv ${shellWord(folder)} ${shellWord(`${folder}.damaged`)}. Then files are read from their beginning, and Snowflake from --since on: what comes out the same is not stored again. Other destinations are not touched by it.`
          : 'Give this user a folder with room to write state in: set XDG_STATE_HOME, or free disk there.',
        cause: error,
      },
    );
  }
}

/** Whether the file itself is not what was written. */
function isDamage(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('it is damaged at byte ');
}

function unlessLost(error: unknown): void {
  if (isAuditExportError(error) && error.code === 'lock-lost') throw error;
}
