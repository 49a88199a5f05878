import type { RecordFile } from '../../../ports/state/record-file.ts';
import type { Leaf } from '../leaf.ts';
import { encodeLeaf } from '../leaf.ts';
import type { LogRecord, StoredLog } from './log-state.ts';
import { LogState } from './log-state.ts';
import { Turns } from './turns.ts';

/** Leaves that are held in memory while they are not published: a few MB. All others lie in segments of so many. */
export const mostHeld = 4096;
/** From so many bytes on, records are written anew when something was published. */
const compactedFromBytes = 512 * 1024;

/** Leaves that are kept together: when, and for which batch of the journal. */
export interface KeptGroup {
  timeMs: number;
  batch?: string | undefined;
  /** The key that signs from here on, where that is another. */
  publicKey?: string;
}

/**
 * What the writer of a log keeps on disk: its state, and the leaves that are not published, in memory for a few of them only.
 * Methods may be called at once: they are done in turn. They throw what the file throws, and then nothing has changed.
 */
export class KeptLog {
  readonly state = new LogState();
  readonly #file: RecordFile<LogRecord>;
  readonly #turns = new Turns();

  private constructor(file: RecordFile<LogRecord>) {
    this.#file = file;
  }

  /** Goes on with what a file says, if it says anything. */
  static async open(file: RecordFile<LogRecord>): Promise<KeptLog> {
    const log = new KeptLog(file);
    for (const record of file.records) log.state.apply(record);
    await log.#removeOthers();
    return log;
  }

  /** Keeps leaves, all of them or none: durable when the promise resolves. Those of a batch are kept once. */
  async keep(leaves: Iterable<Leaf>, group: KeptGroup): Promise<void> {
    await this.#turns.take(async () => {
      if (group.batch !== undefined && this.state.hasBatch(group.batch)) return;
      const { lines, draft } = await this.#spilled(linesOf(leaves), this.state);
      const { timeMs, batch, publicKey } = group;
      const record: LogRecord = {
        kind: 'leaves',
        leaves: lines,
        timeMs,
        ...(batch === undefined ? {} : { batch }),
        ...(publicKey === undefined ? {} : { publicKey }),
      };
      if (draft === undefined) return this.#append(record);
      draft.apply(record);
      return this.#replace(draft.stored());
    });
  }

  /** Keeps any other record. */
  async add(record: Exclude<LogRecord, { kind: 'log' | 'leaves' }>): Promise<void> {
    await this.#turns.take(() => this.#append(record));
  }

  /** The leaves that are not published, in their order, some thousand at a time. */
  async *unpublished(): AsyncGenerator<readonly string[]> {
    const { segments, leaves } = this.state;
    for (const { name, from, to } of segments) yield (await this.#file.readSegment(name)).slice(from, to);
    yield leaves;
  }

  /** The first leaves that are not published: so many, or all. */
  async first(count: number): Promise<string[]> {
    const first: string[] = [];
    for await (const leaves of this.unpublished()) {
      first.push(...leaves.slice(0, count - first.length));
      if (first.length === count) break;
    }
    return first;
  }

  /**
   * Begins a new log with this first leaf, and with the leaves that the one before has not published. The first leaf of a log
   * that never came into the store says nothing in the next one.
   */
  async begin({ id, publicKey, open }: { id: string; publicKey: string; open: Leaf }): Promise<void> {
    await this.#turns.take(async () => {
      const left = LogState.of(this.state.stored());
      if (left.edge.size === 0) left.drop(1);
      const { segments, leaves, batches, runs, noAlias } = left.stored();
      const lines = [...linesOf([open])];
      const isHeld = segments.length === 0;
      const first = isHeld ? [] : [{ name: await this.#file.putSegment(lines), from: 0, to: 1 }];
      await this.#replace({
        id,
        publicKey,
        size: 0,
        levels: [],
        entries: [],
        segments: [...first, ...segments],
        leaves: isHeld ? [...lines, ...leaves] : leaves,
        batches,
        ...(runs === undefined ? {} : { runs }),
        ...(noAlias === undefined ? {} : { noAlias }),
      });
    });
  }

  /** Puts another log in the place of this one, with these leaves behind all that it has. */
  async replace(log: StoredLog, leaves: AsyncIterable<string>): Promise<void> {
    await this.#turns.take(async () => {
      const { lines, draft = LogState.of(log) } = await this.#spilled(leaves, LogState.of(log));
      draft.addLeaves(lines);
      await this.#replace(draft.stored());
      await this.#removeSegments();
    });
  }

  /** Removes what is not needed any more, when something was published. */
  async compact(): Promise<void> {
    await this.#turns.take(async () => {
      if (this.#file.bytes > compactedFromBytes) await this.#file.rewrite([this.state.stored()]);
      await this.#removeSegments();
    });
  }

  async close(): Promise<void> {
    await this.#turns.take(() => this.#file.close());
  }

  async #removeOthers(): Promise<void> {
    await this.#turns.take(() => this.#removeSegments());
  }

  async #removeSegments(): Promise<void> {
    await this.#file.keepSegments(this.state.segments.map(({ name }) => name));
  }

  /** Puts lines into segments while there are too many to be held: those that are left, and where they come behind; undefined: behind `state` as it is. */
  async #spilled(
    all: Iterable<string> | AsyncIterable<string>,
    state: LogState,
  ): Promise<{ lines: string[]; draft: LogState | undefined }> {
    let draft: LogState | undefined;
    let lines: string[] = [];
    for await (const line of all) {
      lines.push(line);
      if ((draft ?? state).leaves.length + lines.length < mostHeld) continue;
      draft ??= LogState.of(state.stored());
      draft.addLeaves(lines);
      draft.moveApart(await this.#file.putSegment(draft.leaves));
      lines = [];
    }
    return { lines, draft };
  }

  async #append(record: LogRecord): Promise<void> {
    await this.#file.append(record);
    this.state.apply(record);
  }

  async #replace(log: StoredLog): Promise<void> {
    const record: LogRecord = { ...log, kind: 'log' };
    await this.#file.rewrite([record]);
    this.state.apply(record);
  }
}

function* linesOf(leaves: Iterable<Leaf>): Generator<string> {
  for (const leaf of leaves) yield encodeLeaf(leaf).toString('utf8');
}
