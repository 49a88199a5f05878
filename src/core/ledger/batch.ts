import type { Compression } from '../delivery/codec.ts';
import type { Place, SourcePosition } from './source-position.ts';

/** A part of a file that belongs to a batch. `path` and `inode` as they were when the batch was begun. */
export interface BatchPart extends Pick<SourcePosition, 'id' | 'path' | 'inode' | 'headHash' | 'tailHash'> {
  from: Place;
  /** Stored bytes at its end; the hashes are over what is before. */
  to: number;
  /** Lines delivered from it, by audit type, once that is done. */
  delivered?: Readonly<Record<string, number>>;
}

/**
 * What one run makes objects of: these parts of files, in this order, cut at this size. The same batch gives the same
 * objects whenever it is done, so one that was begun and not ended can be done again.
 */
export interface Batch {
  id: string;
  objectBytes: number;
  compression: Compression;
  parts: readonly BatchPart[];
  /** Lines of it that were dropped as duplicates: whoever does it again does not know which. */
  dropped?: number;
}

/** What a ledger is made of; the order is the order of time. */
export type LedgerRecord =
  | { kind: 'begin'; batch: Batch }
  /** All of a batch is durable. */
  | { kind: 'done'; batch: Batch; positions: readonly SourcePosition[] }
  /** A batch that was begun can't be done any more: a file of it is gone. */
  | { kind: 'drop'; batchId: string }
  /** The store is being asked for this witness. The question puts it back, so a lost answer is lost for good. */
  | { kind: 'ask'; key: string }
  /** The store has answered for certain: it had the witness, or it had lost it, and what else it was given with it. */
  | { kind: 'told'; key: string; isLost: boolean }
  /** All that could be delivered again was: there is nothing left to doubt. */
  | { kind: 'proven' }
  /** A store that lost everything has got these files and batches again; all else is forgotten. */
  | { kind: 'refilled'; positionIds: readonly string[]; batchIds: readonly string[] }
  /** Files that were delivered in another way than by batches. */
  | { kind: 'advance'; positions: readonly SourcePosition[] };

/** What a ledger comes to. */
export class LedgerState {
  readonly positions = new Map<string, SourcePosition>();
  /** Begun and not done, oldest first. */
  readonly begun = new Map<string, Batch>();
  /** Done, oldest first: how the files of a store were cut. */
  readonly done = new Map<string, Batch>();
  /** Keys of witnesses that the store was asked for without a certain answer: they tell nothing any more. */
  readonly spent = new Set<string>();
  /** Key of the witness that the store turned out to have lost, until it has got everything again. */
  lost: string | undefined;

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
        this.done.set(record.batch.id, record.batch);
        this.#move(record.positions);
        break;
      case 'ask':
        this.spent.add(record.key);
        break;
      case 'told':
        // Where one is there, so are those of which the answer was lost.
        if (!record.isLost) this.spent.clear();
        else {
          this.lost = record.key;
          // What they had stored is gone as well, and what they go on from has to come first.
          this.begun.clear();
        }
        break;
      case 'proven':
        this.spent.clear();
        break;
      case 'refilled':
        this.spent.clear();
        this.lost = undefined;
        keepOnly(this.positions, record.positionIds);
        keepOnly(this.done, record.batchIds);
        break;
      case 'advance':
        this.#move(record.positions);
        break;
    }
  }

  #move(positions: readonly SourcePosition[]): void {
    for (const position of positions) this.positions.set(position.id, position);
  }
}

function keepOnly(map: Map<string, unknown>, ids: readonly string[]): void {
  const kept = new Set(ids);
  for (const id of map.keys()) if (!kept.has(id)) map.delete(id);
}

/** Files not seen for so long, and all but the latest batches and parts, are let go when a ledger is written anew. */
const keptMs = 400 * 86_400_000;
const keptBatches = 1000;
const keptParts = 50_000;

/** The records that make the same state, without what nobody will ask for again. */
export function compactRecords(state: LedgerState, nowMs: number): LedgerRecord[] {
  const positions = [...state.positions.values()].filter(({ seenMs }) => nowMs - seenMs <= keptMs);
  const known = new Set(positions.map(({ id }) => id));
  let parts = 0;
  const done = [...state.done.values()]
    .toReversed()
    .filter((batch) => batch.parts.every(({ id }) => known.has(id)))
    .slice(0, keptBatches)
    .filter((batch) => (parts += batch.parts.length) <= keptParts)
    .toReversed();
  return [
    ...done.map((batch): LedgerRecord => ({ kind: 'done', batch, positions: [] })),
    { kind: 'advance', positions },
    ...(state.lost === undefined ? [] : [{ kind: 'told', key: state.lost, isLost: true } as const]),
    ...[...state.begun.values()].map((batch): LedgerRecord => ({ kind: 'begin', batch })),
    ...[...state.spent].map((key): LedgerRecord => ({ kind: 'ask', key })),
  ];
}
