import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  BatchJournal,
  BatchWriter,
  Checkpoint,
  CollectState,
  LedgerPart,
  SeenQuery,
} from '../../ports/collect-state.ts';
import { CollectStateFolder } from './collect-state-file.ts';

/**
 * A state for a run that must leave no trace in the real one: a rehearsal, or a look back. It begins where `base` stands,
 * if there is one, and writes to a folder that is removed at the end.
 */
export class ScratchCollectState implements CollectState {
  readonly location: string;
  readonly #base: CollectState | undefined;
  readonly #scratch: CollectStateFolder;
  #batchesOfBase = 0;

  private constructor(folder: string, base: CollectState | undefined) {
    this.#base = base;
    this.location = base?.location ?? folder;
    this.#scratch = new CollectStateFolder(folder);
  }

  /** `parent`: the temporary folder. */
  static async open(base: CollectState | undefined, parent: string): Promise<ScratchCollectState> {
    return new ScratchCollectState(await mkdtemp(join(parent, 'audit-export-collect-')), base);
  }

  async readCheckpoint(): Promise<Checkpoint | undefined> {
    const checkpoint = await this.#base?.readCheckpoint();
    this.#batchesOfBase = checkpoint?.batches ?? 0;
    return checkpoint;
  }

  /** A batch that waits for delivery is read again: it is not this run's to deliver. */
  async readJournal(): Promise<undefined> {
    return undefined;
  }

  seen(part: LedgerPart): AsyncIterable<readonly SeenQuery[]> {
    const owner = part.batch <= this.#batchesOfBase ? this.#base : undefined;
    return (owner ?? this.#scratch).seen(part);
  }

  beginBatch(batch: number): Promise<BatchWriter> {
    return this.#scratch.beginBatch(batch);
  }

  async saveJournal(): Promise<void> {
    return undefined;
  }

  records(journal: BatchJournal): AsyncIterable<Buffer> {
    return this.#scratch.records(journal);
  }

  async saveCheckpoint(): Promise<void> {
    return undefined;
  }

  async tidy({ batches }: Checkpoint): Promise<void> {
    await rm(join(this.#scratch.location, `batch-${batches}.jsonl`), { force: true });
    await rm(join(this.#scratch.location, `seen-${batches}.txt`), { force: true });
  }

  async close(): Promise<void> {
    await rm(this.#scratch.location, { recursive: true, force: true });
  }
}
