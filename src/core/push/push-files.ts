import type { Ledger } from '../../ports/ledger.ts';
import type { Compression } from '../delivery/codec.ts';
import type { RunAccount } from '../accounting/run-account.ts';
import type { Batch, BatchPart } from '../ledger/batch.ts';
import type { StandingFile } from '../ledger/files-standing.ts';
import { standingOf } from '../ledger/files-standing.ts';
import type { FileSource, FoundPart, FoundParts } from '../ledger/find-parts.ts';
import { PartFinder } from '../ledger/find-parts.ts';
import { acceptedByType, difference, nextPosition, sum } from '../ledger/next-position.ts';
import type { ProvableBatch } from '../ledger/provable-batches.ts';
import { batchesToProve, batchesToRestore, hasDropped } from '../ledger/provable-batches.ts';
import {
  beginPart,
  checksumAt,
  confirmParts,
  holdsGrownArchive,
  isEmptyArchive,
} from '../ledger/read-parts.ts';
import { stillHolds } from '../ledger/recognise-file.ts';
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
 * files throws.
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
  /** Lines of this run's batches that earlier runs had delivered, by file. */
  readonly #proven = new Map<string, Record<string, number>>();
  readonly #provenBatches = new Set<string>();
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
    const look = await this.#look();
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
    this.#files = [...given, ...(await this.#rotatedAway(given))];
    this.#finder = new PartFinder(this.#files, this.#ports.reopen);
  }

  /** What is left of a log that was renamed since it was delivered: it has another name now, which nobody gave. */
  async #rotatedAway(files: readonly FileSource[]): Promise<FileSource[]> {
    const given = new Map(files.map((source) => [source.file.path, source.file.inode]));
    const inodes = new Set(given.values());
    const { positions, begun } = this.#ports.ledger.state;
    const begunParts = Array.from(begun.values()).flatMap(({ parts }) => parts);
    const found: FileSource[] = [];
    for (const { path, inode } of [...positions.values(), ...begunParts]) {
      const now = given.get(path);
      if (now === undefined || now === inode || inodes.has(inode)) continue;
      inodes.add(inode);
      const source = await this.#ports.findBeside(path, inode);
      if (source !== undefined && (await this.#isKnown(source))) found.push(source);
    }
    return found;
  }

  /** Whether a file holds what was delivered of it, or was going to be: an inode may be another file's by now. */
  async #isKnown({ file }: FileSource): Promise<boolean> {
    const { positions, begun } = this.#ports.ledger.state;
    const parts = Array.from(begun.values()).flatMap((batch) => batch.parts);
    for (const position of positions.values())
      if (position.inode === file.inode && (await stillHolds(position, file))) return true;
    for (const part of parts)
      if (part.inode === file.inode && (await stillHolds({ ...part, stored: part.to }, file))) return true;
    return false;
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
    const known = difference(delivered, this.#proven.get(id) ?? {});
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
    return this.#finder.find(batch);
  }

  async #drop({ id }: Batch): Promise<void> {
    await this.#ports.ledger.add({ kind: 'drop', batchId: id });
    this.#ports.warn(
      'batch-dropped',
      'A run that was cut short can not be ended as it was begun, since a file of it is gone or is another now: what is there is delivered afresh.',
    );
  }

  /** Looks whether the store still has what it was given, where anything is to be taken for delivered. */
  async #look(): Promise<StoreLook> {
    const { ledger, store, warn } = this.#ports;
    const isKnown = ledger.state.lost !== undefined;
    const ids = Array.from(ledger.state.positions.keys());
    const trusts = ids.some((id) => !this.#job.reread || !this.#covers(id));
    if (!isKnown && !trusts) return 'there';
    const look = await lookAtStore(ledger, store);
    if (look === 'lost' && !isKnown)
      warn(
        'store-emptied',
        `${store.location} no longer has what was delivered there before: it is delivered again, as far as its files are here.`,
      );
    return look;
  }

  /** Whether all that was delivered of a file can be delivered again from the files of this run. */
  #covers(id: string): boolean {
    const batches = Array.from(this.#ports.ledger.state.done.values());
    const own = batches.filter(({ parts }) => parts.some((part) => part.id === id));
    const lines = own.flatMap(({ parts }) => parts.filter((part) => part.id === id));
    const delivered = lines.reduce((total, part) => sum(total, part.delivered ?? {}), {});
    const known = this.#ports.ledger.state.positions.get(id)?.delivered ?? {};
    return (
      // Without a batch it was followed, or copied: nobody knows how it was cut.
      own.length > 0 &&
      own.every((batch) => this.#finder.covers(batch) && !hasDropped(batch)) &&
      Object.keys(difference(known, delivered)).length === 0
    );
  }

  /** Delivers again what was delivered, cut as it was then: the store says what it has. */
  async #prove(): Promise<boolean> {
    const done = Array.from(this.#ports.ledger.state.done.values());
    const left = done.filter(({ id }) => !this.#provenBatches.has(id));
    return this.#pushAgain(await batchesToProve(left, this.#finder));
  }

  /** Gives a store that lost everything what can be cut as it was. */
  async #restore(): Promise<boolean> {
    const { lost } = this.#ports.ledger.state;
    const finder = this.#job.onlyGiven ? new PartFinder(this.#files, async () => undefined) : this.#finder;
    return lost === undefined || this.#pushAgain(await batchesToRestore(lost, finder));
  }

  async #pushAgain(batches: readonly ProvableBatch[]): Promise<boolean> {
    for (const { batch, found } of batches) if (!(await this.#pushBatch(batch, found))) return false;
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
    const { done, lost } = ledger.state;
    const wasDone = done.has(batch.id);
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
    if (wasDone) for (const part of batch.parts) this.#noteProven(part.id, part.delivered);
    else if (lost?.done.has(batch.id) === true) await this.#endRestored(batch, dropped);
    else await this.#endBatch({ ...batch, dropped }, found, result);
    return true;
  }

  async #endRestored({ id, parts }: Batch, dropped: number): Promise<void> {
    const { ledger, store } = this.#ports;
    await ledger.keepWitnesses(store.takeWitnesses());
    await ledger.add({ kind: 'restored', batchId: id, dropped });
    for (const part of parts) this.#noteProven(part.id, part.delivered);
  }

  async #endBatch(batch: Batch, found: readonly FoundPart[], { sources }: PushResult): Promise<void> {
    const { ledger, store, now } = this.#ports;
    const { types } = this.#job;
    const positions: SourcePosition[] = [];
    const parts: BatchPart[] = [];
    for (const [index, { source, part }] of found.entries()) {
      const account = sources[index];
      if (account === undefined) continue;
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
      this.#noteProven(part.id, delivered);
    }
    // First, so that nothing is ever taken for delivered without an object to ask the store for.
    await ledger.keepWitnesses(store.takeWitnesses());
    await ledger.add({ kind: 'done', batch: { ...batch, parts }, positions });
  }

  #noteProven(id: string, delivered: Readonly<Record<string, number>> = {}): void {
    this.#proven.set(id, sum(this.#proven.get(id) ?? {}, delivered));
  }

  #filePart({ id, from, to }: BatchPart): FilePart {
    const { positions, lost } = this.#ports.ledger.state;
    const position = positions.get(id) ?? lost?.positions.get(id);
    return { from, to, known: position && { ...position, checksum: checksumAt(position, from.stored) } };
  }

  #take({ sources, quarantineFile, ended, error }: PushResult): void {
    this.#result.sources.push(...sources);
    this.#result.quarantineFile = quarantineFile ?? this.#result.quarantineFile;
    this.#result.ended = ended;
    this.#result.error = error;
  }
}
