import type {
  BatchJournal,
  BatchWriter,
  Checkpoint,
  CollectState,
  LedgerPart,
  SeenQuery,
} from '../../src/ports/collect-state.ts';

/**
 * A state in memory. What a step has done is there, what it has not done is not: a run that is thrown away in between
 * leaves it as a power cut would.
 */
export class MemoryCollectState implements CollectState {
  readonly location = 'memory';
  checkpoint: Checkpoint | undefined;
  journal: BatchJournal | undefined;
  readonly files = new Map<number, { records: string[]; seen: SeenQuery[] }>();

  async readCheckpoint(): Promise<Checkpoint | undefined> {
    return this.checkpoint;
  }

  async *seen({ batch }: LedgerPart): AsyncGenerator<SeenQuery[]> {
    const file = this.files.get(batch);
    if (file === undefined) throw new Error(`there is no batch ${batch}`);
    yield file.seen;
  }

  async readJournal(): Promise<BatchJournal | undefined> {
    return this.journal;
  }

  async beginBatch(batch: number): Promise<BatchWriter> {
    const file = { records: [] as string[], seen: [] as SeenQuery[] };
    this.files.set(batch, file);
    return {
      addRecords: async (text) => {
        file.records.push(text);
      },
      addSeen: async (queries) => {
        file.seen.push(...queries);
      },
      finish: async () => Buffer.byteLength(file.records.join('')),
      abandon: async () => undefined,
    };
  }

  async saveJournal(journal: BatchJournal): Promise<void> {
    this.journal = structuredClone(journal);
  }

  async *records({ batch, bytes }: BatchJournal): AsyncGenerator<Buffer> {
    const content = Buffer.from(this.files.get(batch)?.records.join('') ?? '');
    if (content.length !== bytes) throw new Error(`the records of batch ${batch} are not whole`);
    yield content;
  }

  async saveCheckpoint(checkpoint: Checkpoint): Promise<void> {
    this.checkpoint = structuredClone(checkpoint);
  }

  async tidy({ batches, ledger }: Checkpoint): Promise<void> {
    this.journal = undefined;
    const kept = new Set(ledger.map(({ batch }) => batch));
    for (const [batch, file] of this.files) {
      if (batch > batches) continue;
      file.records = [];
      if (!kept.has(batch)) this.files.delete(batch);
    }
  }
}
