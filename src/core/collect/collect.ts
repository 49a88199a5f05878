import type { KeptBytes, KeptSegment } from '../../ports/state/kept-bytes.ts';
import type { SeenEvents } from '../../ports/state/seen-events.ts';
import type { SnowflakeSession } from '../../ports/snowflake.ts';
import type { BatchKind } from './batch.ts';
import { Batch } from './batch.ts';
import type { Checkpoint } from './checkpoint.ts';
import { beginOrContinue, checkpointAt } from './checkpoint.ts';
import type { CollectAccount } from './collect-account.ts';
import { readClock, readIds, readQueries, readSpan } from './read-history.ts';
import { SeenQueries } from './seen-queries.ts';
import type { TimeRange } from './statement/statement.ts';
import type { QueryRow } from './translate/query-row.ts';
import { printNanoseconds } from './translate/snowflake-time.ts';
import type { Translator } from './translator.ts';
import type { ReadingRules } from './windows.ts';
import { nsPerDay, readableUntil, spansOf, windowEnd, windowOf } from './windows.ts';

/** What a run of `collect` does. Times are nanoseconds since 1970. */
export interface CollectJob {
  /** Name of the account, for what its records are called. */
  account: string;
  /** Where a first run begins, from Snowflake's clock. */
  sinceNs: (nowNs: bigint) => bigint | undefined;
  untilNs: (nowNs: bigint) => bigint | undefined;
  rules: ReadingRules;
  /** How much is asked for in one statement: several windows. */
  spanNs: bigint;
  /** How long a row of QUERY_HISTORY is waited for, for what ACCESS_HISTORY alone knows, in nanoseconds. */
  waitedNs: bigint;
  /** What began before it was never read; undefined: before the state began. */
  firstNs: bigint | undefined;
  /** Whether client and address are read as well, and log-ins. */
  client: boolean;
  logins: boolean;
  translator: Translator;
}

/** What a run goes on from, and where it writes down how far it came. */
export interface CollectState {
  /** Where it lies, for messages and reports; undefined for one that this run does not move on. */
  location: string | undefined;
  known: Checkpoint | undefined;
  /** Where answers wait until they are delivered. What lies there and is in no batch is this collector's own to remove. */
  kept: KeptBytes;
  /** Opens the index of seen queries that knows those of so many days. */
  openSeen: (days: number) => SeenEvents;
  /** Writes a checkpoint down, durable. */
  keep: (checkpoint: Checkpoint) => Promise<void>;
  /**
   * Delivers the records of a segment, and writes the checkpoint down when they are durable; from the call on they are
   * delivered before all else, whatever happens. False where they are not durable, and the run must end.
   */
  deliver: (records: KeptSegment, checkpoint: Checkpoint) => Promise<boolean>;
}

export interface CollectPorts {
  session: SnowflakeSession;
  state: CollectState;
  account: CollectAccount;
  /** Hears how far the run has come, after every window. */
  onCommit?: (account: CollectAccount, checkpoint: Checkpoint, untilNs: bigint | undefined) => void;
  /** Aborted: finish the step under way, and stop. */
  signal: AbortSignal;
}

/** How a run ended. */
export interface CollectResult {
  /** What is true now; undefined where the run ended before it knew. */
  checkpoint: Checkpoint | undefined;
  /** What was to be read: up to here. */
  untilNs: bigint | undefined;
  ended: 'complete' | 'interrupted' | 'failed' | 'undelivered';
  error: unknown;
}

/**
 * Reads what is new in Snowflake's history and delivers it, window by window. Never throws: whatever ended the run, its
 * result says how far it came, and `account` what it did.
 *
 * The records of a window are written down before they are delivered, and the window counts as read once they are
 * durable in the store. A run that was stopped in between delivers the very same bytes first of all: reading the window
 * again could give other bytes, since rows come late, and other bytes would be other objects.
 */
export async function collect(job: CollectJob, ports: CollectPorts): Promise<CollectResult> {
  const run = new CollectRun(job, ports);
  try {
    const durable = await run.all();
    const stopped = ports.signal.aborted ? 'interrupted' : 'undelivered';
    return run.result(durable ? 'complete' : stopped, undefined);
  } catch (error) {
    return run.result(ports.signal.aborted ? 'interrupted' : 'failed', error);
  } finally {
    await run.letGo();
  }
}

class CollectRun {
  readonly #job: CollectJob;
  readonly #ports: CollectPorts;
  #checkpoint: Checkpoint | undefined;
  #seen: SeenQueries | undefined;
  #untilNs: bigint | undefined;
  /** Has files open. */
  #open: Batch | undefined;

  constructor(job: CollectJob, ports: CollectPorts) {
    this.#job = job;
    this.#ports = ports;
    this.#checkpoint = ports.state.known;
  }

  result(ended: CollectResult['ended'], error: unknown): CollectResult {
    return {
      checkpoint: this.#checkpoint,
      untilNs: this.#untilNs,
      ended,
      error: ended === 'interrupted' ? undefined : error,
    };
  }

  /** Throws away what an unfinished batch has written; what can't be removed now, the next run removes. */
  async letGo(): Promise<void> {
    await this.#open?.abandon().catch(() => undefined);
    await this.#seen?.close();
  }

  /** Answers whether everything that was to be read is durable. */
  async all(): Promise<boolean> {
    const { session, state, signal } = this.#ports;
    const { rules } = this.#job;
    const nowNs = await readClock(session, signal);
    this.#untilNs = readableUntil(nowNs, this.#job.untilNs(nowNs), rules);
    const sinceNs = this.#job.sinceNs(nowNs);
    const { waitedNs, firstNs } = this.#job;
    const start = {
      location: state.location,
      sinceNs,
      nowNs,
      untilNs: this.#untilNs,
      rules,
      waitedNs,
      firstNs,
    };
    const checkpoint = beginOrContinue(this.#checkpoint, start);
    const seen = await this.#openSeen(checkpoint);
    if (!(await this.#readLate(seen))) return false;
    const range = { fromNs: BigInt(checkpoint.watermarkNs), untilNs: this.#untilNs };
    for (const span of spansOf(range, rules.windowNs, this.#job.spanNs)) {
      if (signal.aborted || !(await this.#readSpan(span, seen))) return false;
    }
    return true;
  }

  /** The queries that were seen. How far they reach is written down before an index with a shorter overlap forgets some. */
  async #openSeen(begun: Checkpoint): Promise<SeenQueries> {
    const { state } = this.#ports;
    const { overlapNs } = this.#job.rules;
    const { watermarkNs, unindexed } = begun;
    const checkpoint = checkpointAt(begun, { watermarkNs: BigInt(watermarkNs), overlapNs, unindexed });
    if (checkpoint.ledgerFromNs !== this.#checkpoint?.ledgerFromNs) await state.keep(checkpoint);
    this.#checkpoint = checkpoint;
    // Days of windows: one more than the overlap touches.
    this.#seen = new SeenQueries(state.openSeen(Number((overlapNs + nsPerDay - 1n) / nsPerDay) + 1));
    for (const part of unindexed) await this.#seen.take(part, state.kept);
    for (const { name } of state.kept.segments) await state.kept.remove(name);
    return this.#seen;
  }

  /** Looks through the overlap by id; windows that have something new are read again. */
  async #readLate(seen: SeenQueries): Promise<boolean> {
    const { session, account, signal } = this.#ports;
    const { overlapNs, windowNs } = this.#job.rules;
    const { watermarkNs, ledgerFromNs } = this.#checkpoint as Checkpoint;
    const untilNs = BigInt(watermarkNs);
    const fromNs = latest(untilNs - overlapNs, BigInt(ledgerFromNs));
    if (fromNs >= untilNs) return true;
    const late = new Map<bigint, TimeRange>();
    for (const span of spansOf({ fromNs, untilNs }, windowNs, this.#job.spanNs)) {
      for await (const rows of readIds(session, span, { logins: this.#job.logins, signal })) {
        account.overlapRows += rows.length;
        const others = rows.filter(({ own }) => !own);
        for (const [index, news] of seen.newsOf(others).entries()) {
          if (news === undefined) continue;
          const window = windowOf((others[index] as QueryRow).endNs, windowNs);
          late.set(window.fromNs, window);
        }
      }
    }
    for (const window of [...late.values()].sort(byTime)) {
      const range = { fromNs: latest(window.fromNs, fromNs), untilNs: earliest(window.untilNs, untilNs) };
      if (signal.aborted || !(await this.#readLateWindow(range, seen))) return false;
    }
    return true;
  }

  async #readLateWindow(range: TimeRange, seen: SeenQueries): Promise<boolean> {
    const { session, account, signal } = this.#ports;
    const batch = await this.#openBatch('late', range, seen);
    const { client, logins } = this.#job;
    for await (const rows of readQueries(session, range, { client, logins, signal })) await batch.add(rows);
    if (signal.aborted) return false;
    if (batch.isEmpty) return true;
    account.lateBatches += 1;
    return this.#commit(batch, range, BigInt((this.#checkpoint as Checkpoint).watermarkNs));
  }

  /** Reads one span, and commits window after window. */
  async #readSpan(span: TimeRange, seen: SeenQueries): Promise<boolean> {
    const { session, signal } = this.#ports;
    const { windowNs } = this.#job.rules;
    let window: TimeRange = { fromNs: span.fromNs, untilNs: windowEnd(span.fromNs, windowNs) };
    let batch = await this.#openBatch('window', window, seen);
    const { client, logins, waitedNs } = this.#job;
    const accessOnlyNs = BigInt((this.#checkpoint as Checkpoint).accessOnlyNs);
    for await (const rows of readSpan(session, span, { client, logins, waitedNs, accessOnlyNs, signal })) {
      for (const group of groupByWindow(rows, windowNs)) {
        if (group.untilNs !== window.untilNs) {
          if (!(await this.#closeWindow(batch, window))) return false;
          window = { fromNs: window.untilNs, untilNs: group.untilNs };
          batch = await this.#openBatch('window', window, seen);
        }
        await batch.add(group.rows);
      }
    }
    if (!(await this.#closeWindow(batch, { fromNs: window.fromNs, untilNs: span.untilNs }))) return false;
    // Windows with nothing in them need not be written down one by one.
    await this.#ports.state.keep(this.#checkpoint as Checkpoint);
    return true;
  }

  async #openBatch(kind: BatchKind, window: TimeRange, seen: SeenQueries): Promise<Batch> {
    const { account, state } = this.#ports;
    const { translator } = this.#job;
    await translator.prepare(window);
    const source = `snowflake ${this.#job.account} ${printNanoseconds(window.fromNs).slice(0, 19)}`;
    this.#open = new Batch(kind, source, { kept: state.kept, seen, account, translator });
    return this.#open;
  }

  /** A window is read to its end: what it held is delivered, and the watermark moves there. */
  async #closeWindow(batch: Batch, window: TimeRange): Promise<boolean> {
    if (this.#ports.signal.aborted) return false;
    this.#ports.account.windows += 1;
    if (!batch.isEmpty) return this.#commit(batch, window, window.untilNs);
    this.#moveTo(this.#checkpointAt(window.untilNs));
    return true;
  }

  /** The order of the steps is what makes a crash between any two of them harmless. */
  async #commit(batch: Batch, range: TimeRange, watermarkNs: bigint): Promise<boolean> {
    const { state } = this.#ports;
    const { records, seen } = await batch.seal();
    this.#open = undefined;
    const day = Number((range.untilNs - 1n) / nsPerDay);
    const unindexed = seen === undefined ? [] : [{ segment: seen.name, day }];
    const checkpoint = this.#checkpointAt(watermarkNs, unindexed);
    if (records === undefined) await state.keep(checkpoint);
    else if (!(await state.deliver(records, checkpoint))) return false;
    for (const part of unindexed) await this.#seen?.take(part, state.kept);
    this.#moveTo({ ...checkpoint, unindexed: [] });
    return true;
  }

  #moveTo(checkpoint: Checkpoint): void {
    this.#checkpoint = checkpoint;
    this.#ports.onCommit?.(this.#ports.account, checkpoint, this.#untilNs);
  }

  #checkpointAt(watermarkNs: bigint, unindexed: Checkpoint['unindexed'] = []): Checkpoint {
    const { rules, waitedNs } = this.#job;
    const known = this.#checkpoint as Checkpoint;
    // What came late to a window that was read says nothing of others.
    const isMoved = watermarkNs > BigInt(known.watermarkNs);
    return checkpointAt(known, {
      watermarkNs,
      ...(isMoved ? { accessOnlyNs: watermarkNs - waitedNs } : {}),
      overlapNs: rules.overlapNs,
      unindexed,
    });
  }
}

const byTime = (a: TimeRange, b: TimeRange): number => (a.fromNs < b.fromNs ? -1 : 1);
const latest = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const earliest = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** Cuts rows, which come in the order of their places, where a window ends. */
function* groupByWindow(
  rows: readonly QueryRow[],
  windowNs: bigint,
): Generator<{ untilNs: bigint; rows: readonly QueryRow[] }> {
  let start = 0;
  while (start < rows.length) {
    const untilNs = windowEnd((rows[start] as QueryRow).placeNs, windowNs);
    let end = start + 1;
    while (end < rows.length && (rows[end] as QueryRow).placeNs < untilNs) end += 1;
    yield { untilNs, rows: rows.slice(start, end) };
    start = end;
  }
}
