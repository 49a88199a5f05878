import type { Batch } from './batch.ts';
import type { SourcePosition } from './source-position.ts';

/** What a ledger is made of; the order is the order of time. */
export type LedgerRecord =
  | { kind: 'begin'; batch: Batch }
  /** All of a batch is durable, perhaps again. */
  | { kind: 'done'; batch: Batch; positions: readonly SourcePosition[] }
  /** A batch that was begun can't be done any more: a file of it is gone. */
  | { kind: 'drop'; batchId: string }
  /** The store is being asked for this witness. The question puts it back, so a lost answer is lost for good. */
  | { kind: 'ask'; key: string }
  /** The question for this witness did not reach the store: it may be put again. */
  | { kind: 'unasked'; key: string }
  /** The store has answered for certain: it had the witness that it was asked for, or it had lost what it was given. */
  | { kind: 'told'; isLost: boolean }
  /** All that could be delivered again was: what a store had lost besides is forgotten, and new where it comes again. */
  | { kind: 'refilled' }
  /** The index of seen events is empty of what the store had lost. */
  | { kind: 'forgot' }
  /** Files that were delivered in another way than by batches. */
  | { kind: 'advance'; positions: readonly SourcePosition[] };

/** What was delivered to a store before it turned out to have lost it. */
export interface LostDelivery {
  readonly positions: ReadonlyMap<string, SourcePosition>;
  /** What was not done then: their files are looked for all the same. */
  readonly begun: readonly Batch[];
  /** Batches that it has not got again, oldest first. */
  readonly done: Map<string, Batch>;
}

/** What a ledger comes to. */
export class LedgerState {
  /** How far files have been delivered; of a store that had lost them, those that it has got again. */
  readonly positions = new Map<string, SourcePosition>();
  /** Begun and not done, oldest first. */
  readonly begun = new Map<string, Batch>();
  /** Done, oldest first: how the files of a store were cut. */
  readonly done = new Map<string, Batch>();
  /** Keys of witnesses that were put back by being asked for: they tell nothing any more. */
  readonly spent = new Set<string>();
  /** While a store that turned out to have lost everything is given it again. */
  lost: LostDelivery | undefined;
  /** Whether an index of seen events still holds what the store had lost. */
  isIndexStale = false;

  /** Takes one more record in. */
  apply(record: LedgerRecord): void {
    switch (record.kind) {
      case 'begin':
        this.begun.set(record.batch.id, record.batch);
        break;
      case 'drop':
        this.begun.delete(record.batchId);
        break;
      case 'done':
        this.begun.delete(record.batch.id);
        this.lost?.done.delete(record.batch.id);
        this.done.set(record.batch.id, record.batch);
        this.#move(record.positions);
        break;
      case 'ask':
        this.spent.add(record.key);
        break;
      case 'unasked':
        this.spent.delete(record.key);
        break;
      case 'told':
        // Where one is there, so are those of which the answer was lost.
        if (record.isLost) this.#lose();
        else this.spent.clear();
        break;
      case 'refilled':
        this.spent.clear();
        this.lost = undefined;
        break;
      case 'forgot':
        this.isIndexStale = false;
        break;
      case 'advance':
        this.#move(record.positions);
        break;
    }
  }

  #move(positions: readonly SourcePosition[]): void {
    for (const position of positions) this.positions.set(position.id, position);
  }

  /** From here on the state is that of a new store. What was begun had stored something, which is gone as well. */
  #lose(): void {
    const begun = [...this.begun.values()];
    this.lost = { positions: new Map(this.positions), begun, done: new Map(this.done) };
    this.positions.clear();
    this.done.clear();
    this.begun.clear();
    this.isIndexStale = true;
  }
}

/** Files not seen for so long, and all but the latest batches and parts, are let go when a ledger is written anew. */
const keptMs = 400 * 86_400_000;
const keptBatches = 1000;
const keptParts = 50_000;

/** The records that make the same state, without what nobody will ask for again. */
export function compactRecords(state: LedgerState, nowMs: number): LedgerRecord[] {
  return [
    ...lossRecords(state, nowMs),
    ...deliveryRecords(state, nowMs),
    ...[...state.begun.values()].map((batch): LedgerRecord => ({ kind: 'begin', batch })),
    ...[...state.spent].map((key): LedgerRecord => ({ kind: 'ask', key })),
  ];
}

function lossRecords({ lost, isIndexStale }: LedgerState, nowMs: number): LedgerRecord[] {
  if (lost === undefined && !isIndexStale) return [];
  return [
    ...(lost === undefined ? [] : deliveryRecords(lost, nowMs)),
    ...(lost?.begun ?? []).map((batch): LedgerRecord => ({ kind: 'begin', batch })),
    { kind: 'told', isLost: true },
    ...(lost === undefined ? [{ kind: 'refilled' } as const] : []),
    ...(isIndexStale ? [] : [{ kind: 'forgot' } as const]),
  ];
}

function deliveryRecords(delivery: Pick<LostDelivery, 'positions' | 'done'>, nowMs: number): LedgerRecord[] {
  const positions = [...delivery.positions.values()].filter(({ seenMs }) => nowMs - seenMs <= keptMs);
  const known = new Set(positions.map(({ id }) => id));
  let parts = 0;
  const done = [...delivery.done.values()]
    .toReversed()
    .filter((batch) => batch.parts.every(({ id }) => known.has(id)))
    .slice(0, keptBatches)
    .filter((batch) => (parts += batch.parts.length) <= keptParts)
    .toReversed();
  return [
    ...done.map((batch): LedgerRecord => ({ kind: 'done', batch, positions: [] })),
    { kind: 'advance', positions },
  ];
}
