import type { Ledger } from '../../ports/ledger.ts';
import { PutFailure } from '../../ports/put-failure.ts';
import type { Compression } from '../delivery/codec.ts';
import type { RunAccount } from '../accounting/run-account.ts';
import type { Batch, BatchPart } from '../ledger/batch.ts';
import type { StandingFile } from '../ledger/files-standing.ts';
import { standingOf } from '../ledger/files-standing.ts';
import type { FileSource, FoundPart, FoundParts } from '../ledger/find-parts.ts';
import { PartFinder } from '../ledger/find-parts.ts';
import { acceptedByType, difference, nextPosition, sum } from '../ledger/next-position.ts';
import type { ProvableBatch } from '../ledger/provable-batches.ts';
import { batchesToProve, partsToRestore } from '../ledger/provable-batches.ts';
import {
  beginPart,
  checksumAt,
  confirmParts,
  holdsGrownArchive,
  isEmptyArchive,
} from '../ledger/read-parts.ts';
import { rotatedAway } from '../ledger/rotated-away.ts';
import type { SourcePosition } from '../ledger/source-position.ts';
import type { StoreLook } from '../ledger/look-at-store.ts';
import { lookAtStore } from '../ledger/look-at-store.ts';
import type { WitnessKeeper } from '../ledger/witness-keeper.ts';
import type { PushResult } from './push-sources.ts';
import type { FilePart, SourcePart } from './source-part.ts';
import { SourceAccount } from './source-part.ts';

/** A run over files, of which the ledger knows what was delivered before. */
export interface FilesJob {
  types: readonly string[];
  objectBytes: number;
  compression: Compression;
  /** Read again what was delivered before, cut as it was then, and let the store say that it has it. */
  reread: boolean;
  /** Whether a store that lost everything gets back nothing but files that this run was given. */
  onlyGiven: boolean;
  account: RunAccount;
}

/** One batch, as the way of the data takes it. */
export interface BatchJob {
  parts: readonly SourcePart[];
  objectBytes: number;
  compression: Compression;
  /** All of it was delivered before, cut like this. */
  wasDone: boolean;
  confirm: () => Promise<void>;
}

export interface FilesPorts {
  /** The files of the run as they are now: logs are rotated at any time. */
  list: () => Promise<readonly FileSource[]>;
  ledger: Ledger;
  store: WitnessKeeper;
  /** Opens a file that an unfinished batch names and that is not among the inputs; undefined if it is gone. */
  reopen: (path: string) => Promise<FileSource | undefined>;
  /** Finds a file by its inode beside where it stood before; undefined if it is not there. */
  findBeside: (path: string, inode: string) => Promise<FileSource | undefined>;
  newId: () => string;
  now: () => number;
  /** Tells what somebody should know although the run goes on. */
  warn: (event: string, message: string) => void;
  /** Does one job: the whole way of the data. */
  push: (job: BatchJob) => Promise<PushResult>;
}

/**
 * Delivers what is new in files. A batch (these parts of these files, in this order) is written to the ledger before
 * its first object is stored and ended there when all of it is durable: so one that was cut short is done again as it
 * was, with the same objects, before anything else is. Never throws but for what the ledger or the first look at the
 * files throws; what the store fails with is in the result.
 */
export async function pushFiles(job: FilesJob, ports: FilesPorts): Promise<PushResult> {
  return new FilesRun(job, ports).run();
}

/** A file that is named each day and has nothing new is noted so often. */
const notedEveryMs = 30 * 86_400_000;

class FilesRun {
  readonly #job: FilesJob;
  readonly #ports: FilesPorts;
  #files: readonly FileSource[] = [];
  #finder: PartFinder;
  /** Lines of this run's batches, by the inode of the file that they were read from. */
  readonly #proven = new Map<string, Record<string, number>>();
  readonly #provenBatches = new Set<string>();
  /** What is found of the batches that were done, where that was looked for already. */
  #provable: ProvableBatch[] | undefined;
  readonly #result: PushResult;

  constructor(job: FilesJob, ports: FilesPorts) {
    this.#job = job;
    this.#ports = ports;
    this.#finder = new PartFinder([], ports.reopen);
    this.#result = {
      account: job.account,
      sources: [],
      quarantineFile: undefined,
      ended: 'complete',
      error: undefined,
    };
  }

  async run(): Promise<PushResult> {
    const { ledger, newId, now } = this.#ports;
    await this.#list();
    // Before anything is stored: what a run stores tells nothing of what the store had.
    const look = await this.#look().catch((error: unknown) => this.#takeFailure(error));
    if (look === undefined) return this.#result;
    if (!(await this.#finishBegun())) return this.#result;
    if (look === 'lost' && !(await this.#restore())) return this.#result;
    const isDoubted = this.#job.reread || look === 'unsure';
    if (isDoubted && !(await this.#prove())) return this.#result;
    const standing = await standingOf(this.#files, ledger.state.positions.values(), newId);
    await this.#noteStanding(standing, now());
    const isComplete = await this.#pushRest(standing);
    for (const file of standing) this.#vouchFor(file);
    // Ends what a look at the store began, once all is there again that this run could bring.
    if (isComplete && look !== 'there') await ledger.add({ kind: 'refilled' });
    return this.#result;
  }

  async #list(): Promise<void> {
    const given = await this.#ports.list();
    const { ledger, findBeside } = this.#ports;
    this.#files = [...given, ...(await rotatedAway(given, ledger.state, findBeside))];
    this.#finder = new PartFinder(this.#files, this.#ports.reopen);
  }

  /** Writes down what is new about files although nothing of them is delivered: copies, and that they are still there. */
  async #noteStanding(standing: readonly StandingFile[], nowMs: number): Promise<void> {
    const positions = standing.flatMap(({ isCopy, position }) => {
      if (position === undefined || (!isCopy && nowMs - position.seenMs < notedEveryMs)) return [];
      return [{ ...position, seenMs: nowMs }];
    });
    if (positions.length > 0) await this.#ports.ledger.add({ kind: 'advance', positions });
  }

  /** Counts what earlier runs delivered of a file, and this one neither delivered nor proved. */
  #vouchFor({ id, position, source, from }: StandingFile): void {
    const delivered = this.#ports.ledger.state.positions.get(id)?.delivered ?? position?.delivered ?? {};
    const known = difference(delivered, this.#proven.get(source.file.inode) ?? {});
    const lines = Object.values(known).reduce((total, count) => total + count, 0);
    if (lines === 0) return;
    this.#job.account.addKnown(known);
    const { sources } = this.#result;
    const read = sources.find(({ name }) => name === source.name);
    const account = read ?? new SourceAccount({ source, part: { from, to: from.stored, known: position } });
    account.known += lines;
    if (read === undefined) sources.push(account);
  }

  /** Batches that were begun and not ended come first, for what they left behind is cut as they cut it. */
  async #finishBegun(): Promise<boolean> {
    const { ledger } = this.#ports;
    for (const batch of Array.from(ledger.state.begun.values())) {
      const { found, all, isGiven } = await this.#find(batch);
      if (!isGiven && !this.#finder.touches(batch)) continue;
      if (!all || (await holdsGrownArchive(found))) await this.#drop(batch);
      else if (!(await this.#pushBatch(batch, found))) return false;
    }
    return true;
  }

  /** Finds the parts of a batch; a log that was copied away since the files were listed is in a file that is not listed. */
  async #find(batch: Batch): Promise<FoundParts> {
    const found = await this.#finder.find(batch);
    if (found.all || !this.#finder.touches(batch)) return found;
    await this.#list();
    this.#provable = undefined;
    return this.#finder.find(batch);
  }

  async #drop({ id }: Batch): Promise<void> {
    await this.#ports.ledger.add({ kind: 'drop', batchId: id });
    this.#ports.warn(
      'batch-dropped',
      'A run that was cut short can not be ended as it was begun, since a file of it is gone or is another now: what is there is delivered afresh, and what that run had stored of it may be there twice.',
    );
  }

  /** Looks whether the store still has what it was given, where anything is to be taken for delivered. */
  async #look(): Promise<StoreLook> {
    const { ledger, store, warn } = this.#ports;
    const isKnown = ledger.state.lost !== undefined;
    const ids = Array.from(ledger.state.positions.keys());
    if (!isKnown && ids.length === 0) return 'there';
    if (!isKnown && this.#job.reread && (await this.#coversAll(ids))) return 'there';
    this.#provable = undefined;
    const look = await lookAtStore(ledger, store);
    if (look === 'lost' && !isKnown)
      warn(
        'store-emptied',
        `${store.location} no longer has what was delivered there before: it is delivered again, as far as its files are here.`,
      );
    return look;
  }

  /** Whether all that was delivered of files can be delivered again from the files of this run. */
  async #coversAll(ids: readonly string[]): Promise<boolean> {
    const { done, positions } = this.#ports.ledger.state;
    this.#provable = await batchesToProve(Array.from(done.values()), this.#finder);
    const batches = new Set(this.#provable.map(({ batch }) => batch.id));
    return ids.every((id) => {
      const own = Array.from(done.values()).filter(({ parts }) => parts.some((part) => part.id === id));
      const parts = own.flatMap((batch) => batch.parts.filter((part) => part.id === id));
      const delivered = parts.reduce((total, part) => sum(total, part.delivered ?? {}), {});
      const known = positions.get(id)?.delivered ?? {};
      // Without a batch it was followed, or copied: nobody knows how it was cut.
      return (
        own.length > 0 &&
        own.every((batch) => batches.has(batch.id)) &&
        Object.keys(difference(known, delivered)).length === 0
      );
    });
  }

  /** Delivers again what was delivered, cut as it was then: the store says what it has. */
  async #prove(): Promise<boolean> {
    const done = Array.from(this.#ports.ledger.state.done.values());
    const provable = this.#provable ?? (await batchesToProve(done, this.#finder));
    for (const { batch, found } of provable)
      if (!this.#provenBatches.has(batch.id) && !(await this.#pushBatch(batch, found))) return false;
    return true;
  }

  /**
   * Gives a store that lost everything what can be cut as it was: delivered afresh later, it would be cut otherwise than
   * what came back with it. Files of which not all comes back are gone on with behind what did.
   */
  async #restore(): Promise<boolean> {
    const { ledger } = this.#ports;
    const { lost } = ledger.state;
    const finder = this.#job.onlyGiven ? new PartFinder(this.#files, async () => undefined) : this.#finder;
    for (const batch of Array.from(lost?.done.values() ?? [])) {
      const found = await partsToRestore(batch, finder, ledger.state);
      if (found === undefined) continue;
      await ledger.add({ kind: 'begin', batch });
      if (!(await this.#pushBatch(batch, found))) return false;
    }
    return true;
  }

  /** Delivers what is new as one batch; says whether all of it is durable. */
  async #pushRest(standing: readonly StandingFile[]): Promise<boolean> {
    const { ledger, newId } = this.#ports;
    const { objectBytes, compression } = this.#job;
    // What is left of a file that was rotated away is older than what is in the new one.
    const fresh = standing
      .filter(({ source, from }) => source.file.storedBytes > from.stored || isEmptyArchive(source))
      .toSorted((a, b) => Number(a.position === undefined) - Number(b.position === undefined));
    if (fresh.length === 0) return true;
    const found: FoundPart[] = [];
    for (const file of fresh) found.push({ source: file.source, part: await beginPart(file) });
    const parts = found.map(({ part }) => part);
    const batch: Batch = { id: newId(), objectBytes, compression, parts };
    await ledger.add({ kind: 'begin', batch });
    return this.#pushBatch(batch, found);
  }

  /** Delivers a batch and ends it in the ledger; says whether the run may go on. */
  async #pushBatch(batch: Batch, found: readonly FoundPart[]): Promise<boolean> {
    const { ledger, push } = this.#ports;
    const wasDone = ledger.state.done.has(batch.id);
    const parts = found.map(({ source, part }) => ({ source, part: this.#filePart(part) }));
    const droppedBefore = this.#job.account.duplicate;
    const result = await push({
      parts,
      objectBytes: batch.objectBytes,
      compression: batch.compression,
      wasDone,
      confirm: () => confirmParts(found),
    });
    this.#take(result);
    if (result.ended !== 'complete') return false;
    const dropped = this.#job.account.duplicate - droppedBefore;
    this.#provenBatches.add(batch.id);
    if (wasDone) for (const { source, part } of found) this.#noteProven(source, part.delivered);
    else await this.#endBatch({ ...batch, dropped }, found, result);
    return true;
  }

  async #endBatch(batch: Batch, found: readonly FoundPart[], { sources }: PushResult): Promise<void> {
    const { ledger, store, now } = this.#ports;
    const { types } = this.#job;
    const positions: SourcePosition[] = [];
    const parts: BatchPart[] = [];
    for (const [index, { source, part }] of found.entries()) {
      const account = sources[index];
      // Of a file of which nothing could be read nothing is known.
      if (account === undefined || (account.failure !== undefined && account.readTo <= part.from.offset))
        continue;
      const before = ledger.state.positions.get(part.id);
      const { headHash: head, tailHash: tail } = part;
      const ends = { headHash: head, tailHash: tail };
      const read = { id: part.id, source, part: this.#filePart(part), account, ends, before };
      const position = await nextPosition(read, types, now());
      positions.push(position);
      const delivered = acceptedByType(account, types);
      // Half a line at the end is not delivered: it belongs to the next batch.
      const { headHash, tailHash, stored, plain } = position;
      parts.push({ ...part, ...(plain ? { to: stored, headHash, tailHash } : {}), delivered });
      // What this run has just delivered is in its books already.
      this.#noteProven(source, delivered);
    }
    // First, so that nothing is ever taken for delivered without an object to ask the store for.
    await ledger.keepWitnesses(store.takeWitnesses());
    await ledger.add({ kind: 'done', batch: { ...batch, parts }, positions });
  }

  #noteProven({ file: { inode } }: FileSource, delivered: Readonly<Record<string, number>> = {}): void {
    this.#proven.set(inode, sum(this.#proven.get(inode) ?? {}, delivered));
  }

  #filePart({ id, from, to }: BatchPart): FilePart {
    const position = this.#ports.ledger.state.positions.get(id);
    return { from, to, known: position && { ...position, checksum: checksumAt(position, from.stored) } };
  }

  /** What the store did not answer ends the run like any delivery. Throws everything else. */
  #takeFailure(error: unknown): undefined {
    if (!(error instanceof PutFailure)) throw error;
    const isInterrupted = error.code === 'interrupted';
    this.#result.ended = isInterrupted ? 'interrupted' : 'failed';
    this.#result.error = isInterrupted ? undefined : error;
  }

  #take({ sources, quarantineFile, ended, error }: PushResult): void {
    this.#result.sources.push(...sources);
    this.#result.quarantineFile = quarantineFile ?? this.#result.quarantineFile;
    this.#result.ended = ended;
    this.#result.error = error;
  }
}
