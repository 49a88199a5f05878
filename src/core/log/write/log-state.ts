import type { Edge } from '../right-edge.ts';
import { emptyEdge } from '../right-edge.ts';

/**
 * What the writer of a log keeps on disk. `log`: all of it, as far as it was then. `leaves` are durable before the journal
 * says `done`. `claim` is written before what nobody may go on from is asked for, `claimed` when it is ours, `unclaimed` when it
 * is certain that it is not. `published`: the checkpoint of this edge is in the store, with this note. `copied`: another place has
 * the checkpoint of so many leaves. `noAlias`: the store lets nobody overwrite.
 */
export type LogRecord =
  | ({ kind: 'log' } & StoredLog)
  | {
      kind: 'leaves';
      leaves: readonly string[];
      timeMs: number;
      /** Another key signs from here on. */
      publicKey?: string;
      batch?: string;
    }
  | { kind: 'claim'; size: number }
  | { kind: 'claimed' }
  | { kind: 'unclaimed' }
  | ({ kind: 'published'; note: string; timeMs: number } & StoredEdge)
  | { kind: 'copied'; place: string; size: number }
  | { kind: 'noAlias' };

/** Leaves that are published, and the open right edge behind them: hashes in base64. */
export interface StoredEdge {
  size: number;
  levels: readonly (readonly string[])[];
  entries: readonly string[];
}

/** Leaves that lie apart: those of one segment, from the first on that is not published yet. */
export interface LeafSegment {
  name: string;
  from: number;
  /** How many there are with those before. */
  to: number;
}

/** A log with all that is needed to go on with it. */
export interface StoredLog extends StoredEdge {
  id: string;
  /** Of the key that signs it, in base64. */
  publicKey: string;
  /** Leaves that are not published yet: those of segments, and behind them a few that are held. */
  segments: readonly LeafSegment[];
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

/** An edge as it is kept. */
export function storedEdge({ size, levels, entries }: Edge): StoredEdge {
  return {
    size,
    levels: levels.map((hashes) => hashes.map((hash) => hash.toString('base64'))),
    entries: entries.map((entry) => entry.toString('utf8')),
  };
}

function edgeOf({ size, levels, entries }: StoredEdge): Edge {
  return {
    size,
    levels: levels.map((hashes) => hashes.map((hash) => Buffer.from(hash, 'base64'))),
    entries: entries.map((entry) => Buffer.from(entry)),
  };
}

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

/** What the records of a writer come to. Memory does not depend on how many leaves are not published. */
export class LogState {
  /** '' before the first record. */
  id = '';
  publicKey = '';
  edge: Edge = emptyEdge;
  segments: readonly LeafSegment[] = [];
  leaves: readonly string[] = [];
  claim: Claim | undefined;
  note: string | undefined;
  noAlias = false;
  readonly copies = new Map<string, number>();
  /** When the last checkpoint was published, and when the last leaf was kept. */
  publishedMs: number | undefined;
  leafMs: number | undefined;
  #batches = new Set<string>();
  #runs = new Set<string>();

  /** What is kept of a log, to be changed apart from it. */
  static of(log: StoredLog): LogState {
    const state = new LogState();
    state.#take(log);
    return state;
  }

  apply(record: LogRecord): void {
    switch (record.kind) {
      case 'log':
        this.#take(record);
        return;
      case 'leaves':
        this.#keep(record);
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

  /** Leaves that are not published. */
  get unpublished(): number {
    return this.segments.reduce((sum, { from, to }) => sum + to - from, this.leaves.length);
  }

  /** Leaves come behind all others. */
  addLeaves(leaves: readonly string[]): void {
    this.leaves = [...this.leaves, ...leaves];
    noteRuns(this.#runs, leaves);
  }

  /** The leaves that are held lie in a segment from now on. */
  moveApart(name: string): void {
    this.segments = [...this.segments, { name, from: 0, to: this.leaves.length }];
    this.leaves = [];
  }

  /** The first of those that are not published are no more. */
  drop(count: number): void {
    let left = count;
    const segments: LeafSegment[] = [];
    for (const { name, from, to } of this.segments) {
      const dropped = Math.min(left, to - from);
      left -= dropped;
      if (from + dropped < to) segments.push({ name, from: from + dropped, to });
    }
    this.segments = segments;
    this.leaves = this.leaves.slice(left);
  }

  /** The record that stands for all there were. */
  stored(): { kind: 'log' } & StoredLog {
    const { id, publicKey, edge, segments, leaves, claim, note, noAlias, publishedMs, leafMs } = this;
    return {
      kind: 'log',
      id,
      publicKey,
      ...storedEdge(edge),
      segments,
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
    this.edge = edgeOf(log);
    this.segments = log.segments;
    this.leaves = log.leaves;
    this.claim = log.claim;
    this.note = log.note;
    this.noAlias = log.noAlias === true;
    this.publishedMs = log.publishedMs;
    this.leafMs = log.leafMs;
    this.copies.clear();
    for (const [place, size] of Object.entries(log.copies ?? {})) this.copies.set(place, size);
    this.#batches = new Set(log.batches);
    this.#runs = new Set(log.runs);
  }

  #keep({ leaves, batch, timeMs, publicKey }: Extract<LogRecord, { kind: 'leaves' }>): void {
    this.addLeaves(leaves);
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

  #publish({ note, timeMs, ...edge }: Extract<LogRecord, { kind: 'published' }>): void {
    this.drop(edge.size - this.edge.size);
    this.edge = edgeOf(edge);
    this.claim = undefined;
    this.note = note;
    this.publishedMs = timeMs;
  }
}
