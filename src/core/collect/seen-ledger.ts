import type { CollectState, LedgerPart, SeenQuery } from '../../ports/collect-state.ts';
import { SeenIds } from './seen-ids.ts';

/**
 * What is new of a query: all of it; its access only; or nothing but that a second row of it ends later than the part
 * knows in which it stands, and would look new once that part is forgotten.
 */
export type News = 'query' | 'access' | 'later-row';

type Part = Pick<LedgerPart, 'batch' | 'untilNs'>;

/** Batches that are forgotten before their slots are freed. */
const sweptAfter = 64;

/**
 * The queries that were read, as far back as the overlap reaches: in memory a hash of each, the batch in which it stands,
 * and whether its access was known. The parts lie in the state; one is forgotten when the overlap has passed its last query.
 */
export class SeenLedger {
  readonly #untilNs = new Map<number, bigint>();
  readonly #ids = new SeenIds((note) => !this.#untilNs.has(batchOf(note)));
  #forgotten = 0;

  /** Reads the parts of a checkpoint, oldest first: a later one knows better. */
  static async load(state: CollectState, parts: readonly LedgerPart[]): Promise<SeenLedger> {
    const ledger = new SeenLedger();
    for (const part of parts) {
      for await (const queries of state.seen(part)) ledger.add(part, queries);
    }
    return ledger;
  }

  /** Bytes of memory that its ids take. */
  get bytes(): number {
    return this.#ids.bytes;
  }

  /** What is new of a row; undefined: nothing. */
  newsOf({
    queryId,
    endNs,
    hasAccess,
  }: {
    queryId: string;
    endNs: bigint;
    hasAccess: boolean;
  }): News | undefined {
    const note = this.#ids.get(queryId);
    if (note === 0) return 'query';
    if (hasAccess && !hadAccess(note)) return 'access';
    return endNs >= (this.#untilNs.get(batchOf(note)) ?? 0n) ? 'later-row' : undefined;
  }

  /** Takes in queries of a part. */
  add({ batch, untilNs }: Part, queries: readonly Pick<SeenQuery, 'queryId' | 'hasAccess'>[]): void {
    this.#untilNs.set(batch, BigInt(untilNs));
    for (const { queryId, hasAccess } of queries) {
      const before = this.#ids.get(queryId);
      this.#ids.set(queryId, noteOf(batch, hasAccess || (before !== 0 && hadAccess(before))));
    }
  }

  /** Forgets the batches that a checkpoint does not name any more: their queries all ended before the overlap. */
  forgetAllBut(parts: readonly LedgerPart[]): void {
    const kept = new Set(parts.map(({ batch }) => batch));
    for (const batch of this.#untilNs.keys()) {
      if (kept.has(batch)) continue;
      this.#untilNs.delete(batch);
      this.#forgotten += 1;
    }
    if (this.#forgotten < sweptAfter) return;
    this.#forgotten = 0;
    this.#ids.sweep();
  }
}

/** Batches are counted from 1, so no note is 0. */
const noteOf = (batch: number, hasAccess: boolean): number => batch * 2 + (hasAccess ? 1 : 0);
const batchOf = (note: number): number => Math.floor(note / 2);
const hadAccess = (note: number): boolean => note % 2 === 1;
