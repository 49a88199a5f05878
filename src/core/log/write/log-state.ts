import type { Edge } from '../right-edge.ts';
import { emptyEdge, grow } from '../right-edge.ts';

/**
 * What the writer of a log keeps on disk. `log`: all of it, as far as it was then. `leaves` are durable before the journal
 * says `done`; those with `more` count once the
 * one behind them is there as well, and begin anew with part 0. `claim` is written before what nobody may
 * go on from is asked for, `claimed` when it is ours, `unclaimed` when it is certain that it is not. `published`: the
 * checkpoint of the claimed size is in the store, with this note. `copied`: another place has the checkpoint of so many leaves. `noAlias`: the
 * store lets nobody overwrite.
 */
export type LogRecord =
  | ({ kind: 'log' } & StoredLog)
  | {
      kind: 'leaves';
      leaves: readonly string[];
      timeMs: number;
      part: number /** Another key signs from here on. */;
      publicKey?: string;
      batch?: string;
      more?: true;
    }
  | { kind: 'claim'; size: number }
  | { kind: 'claimed' }
  | { kind: 'unclaimed' }
  | { kind: 'published'; note: string; timeMs: number }
  | { kind: 'copied'; place: string; size: number }
  | { kind: 'noAlias' };

/** A log with all that is needed to go on with it. */
export interface StoredLog {
  id: string;
  /** Of the key that signs it, in base64. */
  publicKey: string;
  /** Leaves that are published, and the open right edge behind them: hashes in base64. */
  size: number;
  levels: readonly (readonly string[])[];
  entries: readonly string[];
  /** Leaves that are not published yet. */
  leaves: readonly string[];
  /** Batches of the journal whose leaves are here, although the journal may not say that they are done. */
  batches: readonly string[];
  /** The last checkpoint that was published. */
  note?: string;
  publishedMs?: number;
  leafMs?: number;
  claim?: Claim;
  noAlias?: true;
  /** Leaves of the newest checkpoint that each other place has. */
  copies?: Readonly<Record<string, number>>;
  /** Runs that began and have no end yet. */
  runs?: readonly string[];
}

/** The size that is being published. */
export interface Claim {
  size: number;
  /** Whether it is ours for certain. */
  isOurs: boolean;
}

const mostBatches = 1000;

/** Adds the runs that leaves begin to those that are open, and takes those away that they end. */
export function noteRuns(open: Set<string>, leaves: Iterable<string>): void {
  for (const leaf of leaves) {
    // Quotes within a text are escaped: this stands for the kind alone.
    const kind = /"kind":"(begin|end)"/.exec(leaf)?.[1];
    if (kind === undefined) continue;
    const { run } = JSON.parse(leaf) as { run: string };
    if (kind === 'begin') open.add(run);
    else open.delete(run);
  }
}

/** What the records of a writer come to. */
export class LogState {
  /** '' before the first record. */
  id = '';
  publicKey = '';
  edge: Edge = emptyEdge;
  leaves: string[] = [];
  claim: Claim | undefined;
  note: string | undefined;
  noAlias = false;
  readonly copies = new Map<string, number>();
  /** When the last checkpoint was published, and when the last leaf was kept. */
  publishedMs: number | undefined;
  leafMs: number | undefined;
  #batches = new Set<string>();
  #runs = new Set<string>();
  #parts: string[] = [];

  apply(record: LogRecord): void {
    switch (record.kind) {
      case 'log':
        this.#take(record);
        return;
      case 'leaves':
        this.#addLeaves(record);
        return;
      case 'claim':
        this.claim = { size: record.size, isOurs: false };
        return;
      case 'claimed':
        if (this.claim !== undefined) this.claim = { ...this.claim, isOurs: true };
        return;
      case 'unclaimed':
        this.claim = undefined;
        return;
      case 'published':
        this.#publish(record);
        return;
      case 'copied':
        this.copies.set(record.place, record.size);
        return;
      case 'noAlias':
        this.noAlias = true;
    }
  }

  hasBatch(id: string): boolean {
    return this.#batches.has(id);
  }

  /** Runs that began and have no end yet. */
  get openRuns(): readonly string[] {
    return [...this.#runs];
  }

  /** The record that stands for all there were. */
  stored(): { kind: 'log' } & StoredLog {
    const { id, publicKey, edge, leaves, claim, note, noAlias, publishedMs, leafMs } = this;
    return {
      kind: 'log',
      id,
      publicKey,
      size: edge.size,
      levels: edge.levels.map((hashes) => hashes.map((hash) => hash.toString('base64'))),
      entries: edge.entries.map((entry) => entry.toString('utf8')),
      leaves,
      batches: [...this.#batches],
      ...(claim === undefined ? {} : { claim }),
      ...(note === undefined ? {} : { note }),
      ...(noAlias ? { noAlias } : {}),
      ...(this.copies.size === 0 ? {} : { copies: Object.fromEntries(this.copies) }),
      ...(this.#runs.size === 0 ? {} : { runs: this.openRuns }),
      ...(publishedMs === undefined ? {} : { publishedMs }),
      ...(leafMs === undefined ? {} : { leafMs }),
    };
  }

  #take(log: StoredLog): void {
    this.id = log.id;
    this.publicKey = log.publicKey;
    this.edge = {
      size: log.size,
      levels: log.levels.map((hashes) => hashes.map((hash) => Buffer.from(hash, 'base64'))),
      entries: log.entries.map((entry) => Buffer.from(entry)),
    };
    this.leaves = [...log.leaves];
    this.claim = log.claim;
    this.note = log.note;
    this.noAlias = log.noAlias === true;
    this.publishedMs = log.publishedMs;
    this.leafMs = log.leafMs;
    this.copies.clear();
    for (const [place, size] of Object.entries(log.copies ?? {})) this.copies.set(place, size);
    this.#batches = new Set(log.batches);
    this.#runs = new Set(log.runs);
    this.#parts = [];
  }

  #addLeaves({ leaves, batch, part, more, timeMs, publicKey }: Extract<LogRecord, { kind: 'leaves' }>): void {
    if (part === 0) this.#parts = [];
    for (const leaf of leaves) this.#parts.push(leaf);
    if (more === true) return;
    for (const leaf of this.#parts) this.leaves.push(leaf);
    noteRuns(this.#runs, this.#parts);
    this.#parts = [];
    this.leafMs = timeMs;
    this.publicKey = publicKey ?? this.publicKey;
    if (batch !== undefined) this.#noteBatch(batch);
  }

  /** The oldest are forgotten: the journal has them done long since. */
  #noteBatch(batch: string): void {
    this.#batches.add(batch);
    const [oldest] = this.#batches;
    if (oldest !== undefined && this.#batches.size > mostBatches) this.#batches.delete(oldest);
  }

  #publish({ note, timeMs }: Extract<LogRecord, { kind: 'published' }>): void {
    const published = (this.claim?.size ?? this.edge.size) - this.edge.size;
    this.edge = grow(
      this.edge,
      this.leaves.slice(0, published).map((leaf) => Buffer.from(leaf)),
    ).edge;
    this.leaves = this.leaves.slice(published);
    this.claim = undefined;
    this.note = note;
    this.publishedMs = timeMs;
  }
}
