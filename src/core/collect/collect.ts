import type { BatchJournal, Checkpoint, CollectState, LedgerPart } from '../../ports/collect-state.ts';
import type { SnowflakeSession } from '../../ports/snowflake.ts';
import { Batch } from './batch.ts';
import { beginOrContinue, checkStore, nextCheckpoint } from './checkpoint.ts';
import { CollectAccount } from './collect-account.ts';
import { readClock, readIds, readQueries, readSpan } from './read-history.ts';
import { SeenLedger } from './seen-ledger.ts';
import type { TimeRange } from './statement.ts';
import type { QueryRow } from './translate/query-row.ts';
import type { TranslationRules } from './translate/translate-query.ts';
import type { ReadingRules } from './windows.ts';
import { readableUntil, spansOf, windowEnd, windowOf } from './windows.ts';

/** What a run of `collect` does. Times are nanoseconds since 1970. */
export interface CollectJob {
  /** Where the records go, as reports name it; undefined: nowhere that a state would be of. */
  store: string | undefined;
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
  translation: TranslationRules;
}

export interface CollectPorts {
  session: SnowflakeSession;
  state: CollectState;
  /** Delivers the records of a batch; false where they are not durable, and the run must end. */
  deliver: (journal: BatchJournal) => Promise<boolean>;
  /** Hears how far the run has come, after every window. */
  onCommit?: (account: CollectAccount, checkpoint: Checkpoint, untilNs: bigint | undefined) => void;
  /** Aborted: finish the step under way, and stop. */
  signal: AbortSignal;
}

/** How a run ended, with its books. */
export interface CollectResult {
  account: CollectAccount;
  /** What is true now; undefined where the run ended before it knew. */
  checkpoint: Checkpoint | undefined;
  /** What was to be read: up to here. */
  untilNs: bigint | undefined;
  ended: 'complete' | 'interrupted' | 'failed' | 'undelivered';
  error: unknown;
}

/**
 * Reads what is new in Snowflake's history and delivers it, window by window. Never throws: whatever ended the run, its
 * result says how far it came.
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
  readonly #account = new CollectAccount();
  #ledger = new SeenLedger();
  #checkpoint: Checkpoint | undefined;
  #untilNs: bigint | undefined;
  /** Has files open. */
  #open: Batch | undefined;

  constructor(job: CollectJob, ports: CollectPorts) {
    this.#job = job;
    this.#ports = ports;
  }

  result(ended: CollectResult['ended'], error: unknown): CollectResult {
    return {
      account: this.#account,
      checkpoint: this.#checkpoint,
      untilNs: this.#untilNs,
      ended,
      error: ended === 'interrupted' ? undefined : error,
    };
  }

  /** Closes what an unfinished batch has open; what it wrote is overwritten by the next one. */
  async letGo(): Promise<void> {
    await this.#open?.abandon();
  }

  /** Answers whether everything that was to be read is durable. */
  async all(): Promise<boolean> {
    const { session, state, signal } = this.#ports;
    const { rules } = this.#job;
    if (!(await this.#resume())) return false;
    const nowNs = await readClock(session, signal);
    this.#untilNs = readableUntil(nowNs, this.#job.untilNs(nowNs), rules);
    const sinceNs = this.#job.sinceNs(nowNs);
    const { store } = this.#job;
    const start = { store, location: state.location, sinceNs, nowNs, untilNs: this.#untilNs, rules };
    const checkpoint = beginOrContinue(this.#checkpoint, start);
    if (this.#checkpoint === undefined) await state.saveCheckpoint(checkpoint);
    this.#checkpoint = checkpoint;
    this.#ledger = await SeenLedger.load(state, checkpoint.ledger);
    if (!(await this.#readLate())) return false;
    const range = { fromNs: BigInt(checkpoint.watermarkNs), untilNs: this.#untilNs };
    for (const span of spansOf(range, rules.windowNs, this.#job.spanNs)) {
      if (signal.aborted || !(await this.#readSpan(span))) return false;
    }
    return true;
  }

  /** Delivers the batch that an earlier run has written down and not committed. */
  async #resume(): Promise<boolean> {
    const { state } = this.#ports;
    this.#checkpoint = await state.readCheckpoint();
    const journal = await state.readJournal();
    if (journal !== undefined && journal.batch > (this.#checkpoint?.batches ?? 0)) {
      checkStore(journal.checkpoint, this.#job.store, state.location);
      if (!(await this.#deliverAndCommit(journal))) return false;
      this.#account.resumedBatches += 1;
      this.#account.books.records += journal.records;
    } else if (this.#checkpoint !== undefined) await state.tidy(this.#checkpoint);
    return true;
  }

  /** Looks through the overlap by id; windows that have something new are read again. */
  async #readLate(): Promise<boolean> {
    const { session, signal } = this.#ports;
    const { overlapNs, windowNs } = this.#job.rules;
    const { watermarkNs, ledgerFromNs } = this.#checkpoint as Checkpoint;
    const untilNs = BigInt(watermarkNs);
    const fromNs = latest(untilNs - overlapNs, BigInt(ledgerFromNs));
    if (fromNs >= untilNs) return true;
    const late = new Map<bigint, TimeRange>();
    for (const span of spansOf({ fromNs, untilNs }, windowNs, this.#job.spanNs)) {
      for await (const rows of readIds(session, span, { logins: this.#job.logins, signal })) {
        this.#account.overlapRows += rows.length;
        for (const row of rows) {
          if (row.own || this.#ledger.newsOf(row) === undefined) continue;
          const window = windowOf(row.endNs, windowNs);
          late.set(window.fromNs, window);
        }
      }
    }
    for (const window of [...late.values()].sort(byTime)) {
      const range = { fromNs: latest(window.fromNs, fromNs), untilNs: earliest(window.untilNs, untilNs) };
      if (signal.aborted || !(await this.#readLateWindow(range))) return false;
    }
    return true;
  }

  async #readLateWindow(range: TimeRange): Promise<boolean> {
    const { session, signal } = this.#ports;
    const batch = this.#openBatch('late');
    const { client, logins } = this.#job;
    for await (const rows of readQueries(session, range, { client, logins, signal })) await batch.add(rows);
    if (signal.aborted) return false;
    if (batch.isEmpty) return true;
    this.#account.lateBatches += 1;
    return this.#commit(batch, range, BigInt((this.#checkpoint as Checkpoint).watermarkNs));
  }

  /** Reads one span, and commits window after window. */
  async #readSpan(span: TimeRange): Promise<boolean> {
    const { session, signal } = this.#ports;
    const { windowNs } = this.#job.rules;
    let batch = this.#openBatch('window');
    let window: TimeRange = { fromNs: span.fromNs, untilNs: windowEnd(span.fromNs, windowNs) };
    const { client, logins, waitedNs } = this.#job;
    const firstNs = this.#job.firstNs ?? BigInt((this.#checkpoint as Checkpoint).fromNs);
    for await (const rows of readSpan(session, span, { client, logins, waitedNs, firstNs, signal })) {
      for (const group of groupByWindow(rows, windowNs)) {
        if (group.untilNs !== window.untilNs) {
          if (!(await this.#closeWindow(batch, window))) return false;
          window = { fromNs: window.untilNs, untilNs: group.untilNs };
          batch = this.#openBatch('window');
        }
        await batch.add(group.rows);
      }
    }
    return this.#closeWindow(batch, { fromNs: window.fromNs, untilNs: span.untilNs });
  }

  #openBatch(kind: BatchJournal['kind']): Batch {
    const { state } = this.#ports;
    const number = (this.#checkpoint as Checkpoint).batches + 1;
    const { translation } = this.#job;
    this.#open = new Batch(kind, number, {
      state,
      ledger: this.#ledger,
      account: this.#account,
      translation,
    });
    return this.#open;
  }

  /** A window is read to its end: what it held is delivered, and the watermark moves there. */
  async #closeWindow(batch: Batch, window: TimeRange): Promise<boolean> {
    if (this.#ports.signal.aborted) return false;
    this.#account.windows += 1;
    if (!batch.isEmpty) return this.#commit(batch, window, window.untilNs);
    await this.#save(this.#checkpointWith(undefined, window.untilNs));
    return true;
  }

  async #commit(batch: Batch, range: TimeRange, watermarkNs: bigint): Promise<boolean> {
    const journal = await batch.seal(range, (part) => this.#checkpointWith(part, watermarkNs));
    this.#open = undefined;
    if (!(await this.#deliverAndCommit(journal))) return false;
    batch.enterInto(this.#ledger, journal);
    this.#ledger.forgetAllBut(journal.checkpoint.ledger);
    return true;
  }

  /** The order of the steps is what makes a crash between any two of them harmless. */
  async #deliverAndCommit(journal: BatchJournal): Promise<boolean> {
    if (journal.records > 0 && !(await this.#ports.deliver(journal))) return false;
    await this.#save(journal.checkpoint);
    return true;
  }

  async #save(checkpoint: Checkpoint): Promise<void> {
    await this.#ports.state.saveCheckpoint(checkpoint);
    this.#checkpoint = checkpoint;
    await this.#ports.state.tidy(checkpoint);
    this.#ports.onCommit?.(this.#account, checkpoint, this.#untilNs);
  }

  #checkpointWith(part: LedgerPart | undefined, watermarkNs: bigint): Checkpoint {
    return nextCheckpoint(this.#checkpoint as Checkpoint, part, {
      watermarkNs,
      overlapNs: this.#job.rules.overlapNs,
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
