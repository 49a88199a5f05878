import type { CollectState, LedgerPart, SeenQuery } from '../../ports/collect-state.ts';

/** What the ledger knows of a query: in which part it stands, and whether its access was known. */
interface Entry {
  part: Pick<LedgerPart, 'batch' | 'untilNs'>;
  untilNs: bigint;
  hasAccess: boolean;
}

/**
 * What is new of a query: all of it; its access only; or nothing but that a second row of it ends later than the part
 * knows in which it stands, and would look new once that part is forgotten.
 */
export type News = 'query' | 'access' | 'later-row';

/**
 * The queries that were read, as far back as the overlap reaches. One entry stays in memory for each, the parts lie in
 * the state; a part is forgotten when the overlap has passed its last query.
 */
export class SeenLedger {
  readonly #entries = new Map<string, Entry>();
  readonly #queriesOf = new Map<number, string[]>();

  /** Reads the parts of a checkpoint, oldest first: a later one knows better. */
  static async load(state: CollectState, parts: readonly LedgerPart[]): Promise<SeenLedger> {
    const ledger = new SeenLedger();
    for (const part of parts) {
      for await (const queries of state.seen(part)) ledger.add(part, queries);
    }
    return ledger;
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
    const entry = this.#entries.get(queryId);
    if (entry === undefined) return 'query';
    if (hasAccess && !entry.hasAccess) return 'access';
    return endNs >= entry.untilNs ? 'later-row' : undefined;
  }

  /** Takes in queries of a part. */
  add(part: Entry['part'], queries: readonly Pick<SeenQuery, 'queryId' | 'hasAccess'>[]): void {
    const ids = this.#queriesOf.get(part.batch) ?? [];
    this.#queriesOf.set(part.batch, ids);
    const untilNs = BigInt(part.untilNs);
    const known = { part, untilNs, hasAccess: true };
    const open = { part, untilNs, hasAccess: false };
    for (const { queryId, hasAccess } of queries) {
      const before = this.#entries.get(queryId);
      this.#entries.set(queryId, hasAccess || before?.hasAccess === true ? known : open);
      ids.push(queryId);
    }
  }

  /** Forgets the batches that a checkpoint does not name any more: their queries all ended before the overlap. */
  forgetAllBut(parts: readonly LedgerPart[]): void {
    const kept = new Set(parts.map(({ batch }) => batch));
    for (const batch of this.#queriesOf.keys()) {
      if (!kept.has(batch)) this.#forget(batch);
    }
  }

  #forget(batch: number): void {
    for (const queryId of this.#queriesOf.get(batch) ?? []) {
      if (this.#entries.get(queryId)?.part.batch === batch) this.#entries.delete(queryId);
    }
    this.#queriesOf.delete(batch);
  }
}
