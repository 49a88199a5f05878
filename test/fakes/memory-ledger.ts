import type { LedgerRecord } from '../../src/core/ledger/ledger-state.ts';
import { LedgerState } from '../../src/core/ledger/ledger-state.ts';
import { fewWitnesses } from '../../src/core/ledger/witness-keeper.ts';
import type { Ledger } from '../../src/ports/ledger.ts';
import type { FinishedObject } from '../../src/ports/object-store.ts';

/** What survives a power cut. */
export class LedgerDisk {
  readonly records: string[] = [];
  witnesses: FinishedObject[] = [];

  /** Leaves of the last batch only how far its files were delivered, as a follower would. */
  forgetHowItWasCut(): void {
    const record = JSON.parse(this.records.pop() ?? '') as LedgerRecord;
    if (record.kind !== 'done') throw new Error(`the last record is no batch that is done: ${record.kind}`);
    this.records.push(
      JSON.stringify({ kind: 'drop', batchId: record.batch.id } satisfies LedgerRecord),
      JSON.stringify({ kind: 'advance', positions: record.positions } satisfies LedgerRecord),
    );
  }
}

/** A ledger in memory. `cut` may end the process at a record, before or after it is durable: it throws. */
export class MemoryLedger implements Ledger {
  readonly state = new LedgerState();
  readonly #disk: LedgerDisk;
  readonly #cut: (record: LedgerRecord) => 'before' | 'after' | undefined;

  constructor(
    disk: LedgerDisk,
    cut: (record: LedgerRecord) => 'before' | 'after' | undefined = () => undefined,
  ) {
    this.#disk = disk;
    this.#cut = cut;
    for (const record of disk.records) this.state.apply(JSON.parse(record) as LedgerRecord);
  }

  async add(record: LedgerRecord): Promise<void> {
    const cut = this.#cut(record);
    if (cut === 'before') throw new Error('power cut');
    this.#disk.records.push(JSON.stringify(record));
    this.state.apply(record);
    if (cut === 'after') throw new Error('power cut');
  }

  async witnesses(): Promise<FinishedObject[]> {
    return this.#disk.witnesses;
  }

  async keepWitnesses(objects: readonly FinishedObject[]): Promise<void> {
    if (objects.length > 0) this.#disk.witnesses = fewWitnesses(objects);
  }

  async close(): Promise<void> {}
}
