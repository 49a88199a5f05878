import { crc32 } from 'node:zlib';
import { AuditExportError, isAuditExportError } from '../../errors.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { RunAccount } from '../accounting/run-account.ts';
import type { Batch, BatchPart } from '../ledger/batch.ts';
import type { StandingFile } from '../ledger/files-standing.ts';
import { standingOf } from '../ledger/files-standing.ts';
import type { FileSource, FoundPart } from '../ledger/find-parts.ts';
import { PartFinder } from '../ledger/find-parts.ts';
import { acceptedByType, difference, nextPosition, sum } from '../ledger/next-position.ts';
import { hashEnds, stillHolds } from '../ledger/recognise-file.ts';
import type { SourcePosition } from '../ledger/source-position.ts';
import type { WitnessKeeper } from '../ledger/witness-keeper.ts';
import type { PushResult } from './push-sources.ts';
import type { FilePart, SourcePart } from './source-part.ts';
import { SourceAccount } from './source-part.ts';

/** A run over files, of which the ledger knows what was delivered before. */
export interface FilesJob {
  files: readonly FileSource[];
  types: readonly string[];
  objectBytes: number;
  /** Read again what was delivered before, cut as it was then, and let the store say that it has it. */
  reread: boolean;
  account: RunAccount;
}

/** One batch, as the way of the data takes it. */
export interface BatchJob {
  parts: readonly SourcePart[];
  objectBytes: number;
  /** All of it was delivered before, cut like this. */
  wasDone: boolean;
  confirm: () => Promise<void>;
}

export interface FilesPorts {
  ledger: Ledger;
  store: WitnessKeeper;
  /** Opens a file that an unfinished batch names and that is not among the inputs; undefined if it is gone. */
  reopen: (path: string) => Promise<FileSource | undefined>;
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

class FilesRun {
  readonly #job: FilesJob;
  readonly #ports: FilesPorts;
  readonly #finder: PartFinder;
  /** Lines of this run's batches that earlier runs had delivered, by file. */
  readonly #proven = new Map<string, Record<string, number>>();
  readonly #provenBatches = new Set<string>();
  readonly #result: PushResult;

  constructor(job: FilesJob, ports: FilesPorts) {
    this.#job = job;
    this.#ports = ports;
    this.#finder = new PartFinder(job.files, ports.reopen);
    this.#result = {
      account: job.account,
      sources: [],
      quarantineFile: undefined,
      ended: 'complete',
      error: undefined,
    };
  }

  async run(): Promise<PushResult> {
    const { files } = this.#job;
    const { ledger, newId } = this.#ports;
    if (!(await this.#finishBegun())) return this.#result;
    const standing = await standingOf(files, ledger.state.positions.values(), newId);
    const copies = standing.flatMap(({ isCopy, position }) => (isCopy && position ? [position] : []));
    if (copies.length > 0) await ledger.add({ kind: 'advance', positions: copies });
    const reread = this.#job.reread || !(await this.#storeRemembers(standing));
    if (reread && !(await this.#proveDone())) return this.#result;
    await this.#pushRest(standing);
    for (const file of standing) this.#vouchFor(file);
    return this.#result;
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
    const { ledger, warn } = this.#ports;
    for (const batch of Array.from(ledger.state.begun.values())) {
      const { found, all } = await this.#finder.find(batch);
      if (found.length === 0 && !this.#finder.touches(batch)) continue;
      if (all) {
        if (!(await this.#pushBatch(batch, found))) return false;
        continue;
      }
      await ledger.add({ kind: 'drop', batchId: batch.id });
      warn(
        'batch-dropped',
        'A run that was cut short can not be ended as it was begun, since a file of it is gone or was rewritten: what is there is delivered afresh.',
      );
    }
    return true;
  }

  /** Asks the store for an object that it was given before. One that has lost it has lost the rest as well. */
  async #storeRemembers(standing: readonly StandingFile[]): Promise<boolean> {
    const { ledger, store, warn } = this.#ports;
    if (!standing.some(({ position }) => position !== undefined)) return true;
    const witness = await ledger.witness();
    if (witness === undefined || (await store.put(witness)) !== 'stored') return true;
    warn(
      'store-emptied',
      `${store.location} no longer has what was delivered there before: all of it is delivered again.`,
    );
    return false;
  }

  /** Delivers again what was delivered, cut as it was then; the store says what it has. */
  async #proveDone(): Promise<boolean> {
    for (const batch of Array.from(this.#ports.ledger.state.done.values())) {
      if (this.#provenBatches.has(batch.id) || !this.#finder.covers(batch)) continue;
      const { found, all } = await this.#finder.find(batch);
      if (all && !(await this.#pushBatch(batch, found))) return false;
    }
    return true;
  }

  async #pushRest(standing: readonly StandingFile[]): Promise<void> {
    const { ledger, newId } = this.#ports;
    // What is left of a file that was rotated away is older than what is in the new one.
    const fresh = standing
      .filter(({ source, from }) => source.file.storedBytes > from.stored)
      .toSorted((a, b) => Number(a.position === undefined) - Number(b.position === undefined));
    if (fresh.length === 0) return;
    const parts = await Promise.all(fresh.map(beginPart));
    const batch: Batch = { id: newId(), objectBytes: this.#job.objectBytes, parts };
    await ledger.add({ kind: 'begin', batch });
    const found = fresh.map(({ source }, index) => ({ source, part: parts[index] as BatchPart }));
    await this.#pushBatch(batch, found);
  }

  /** Delivers a batch and ends it in the ledger; says whether the run may go on. */
  async #pushBatch(batch: Batch, found: readonly FoundPart[]): Promise<boolean> {
    const { ledger, push } = this.#ports;
    const wasDone = ledger.state.done.get(batch.id);
    const parts = found.map(({ source, part }) => ({ source, part: this.#filePart(part) }));
    const result = await push({
      parts,
      objectBytes: batch.objectBytes,
      wasDone: wasDone !== undefined,
      confirm: () => confirmParts(found),
    });
    this.#take(result);
    if (result.ended !== 'complete') return false;
    this.#provenBatches.add(batch.id);
    for (const part of wasDone?.parts ?? [])
      this.#proven.set(part.id, sum(this.#proven.get(part.id) ?? {}, part.delivered ?? {}));
    if (wasDone === undefined) await this.#endBatch(batch, found, result);
    return true;
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
      const read = { id: part.id, source, part: this.#filePart(part), account, before };
      const position = await nextPosition(read, types, now());
      positions.push(position);
      const delivered = acceptedByType(account, types);
      parts.push({ ...part, delivered });
      // What this run has just delivered is in its books already.
      this.#proven.set(part.id, sum(this.#proven.get(part.id) ?? {}, delivered));
    }
    await ledger.add({ kind: 'done', batch: { ...batch, parts }, positions });
    const witness = store.takeWitness();
    if (witness !== undefined && !this.#job.reread) await ledger.keepWitness(witness);
  }

  #filePart({ id, from, to }: BatchPart): FilePart {
    const position = this.#ports.ledger.state.positions.get(id);
    return { from, to, known: position && { ...position, checksum: checksumAt(position, from.stored) } };
  }

  #take({ sources, quarantineFile, ended, error }: PushResult): void {
    this.#result.sources.push(...sources);
    this.#result.quarantineFile = quarantineFile ?? this.#result.quarantineFile;
    this.#result.ended = ended;
    this.#result.error = error;
  }
}

/** The checksum of a file up to `stored`, which is its position or behind the line ending that came to it since. */
function checksumAt(position: SourcePosition, stored: number): number {
  const ending = ['', '\n', '\r\n'][stored - position.stored];
  return ending === undefined ? position.checksum : crc32(ending, position.checksum);
}

/** A log that was cut and written anew while it was read gave bytes of both: nothing of that may be delivered. */
async function confirmParts(found: readonly FoundPart[]): Promise<void> {
  for (const { part, source } of found) {
    const isThere = await stillHolds({ ...part, stored: part.to }, source.file).catch((error: unknown) => {
      // Renamed since: what was read was read from the file itself.
      if (isAuditExportError(error) && error.code === 'source-moved') return true;
      throw error;
    });
    if (!isThere) throw wasCut(source.file.path);
  }
}

function wasCut(path: string): AuditExportError {
  return new AuditExportError('source-moved', `${path} was rotated while it was read: it was cut.`, {
    cure: 'Run it again: it is found where it is now, and what is stored already will not be stored twice.',
  });
}

async function beginPart({ source, id, from }: StandingFile): Promise<BatchPart> {
  const { file } = source;
  const to = file.storedBytes;
  if ((await file.bytes(to - 1, to)).length === 0) throw wasCut(file.path);
  return { id, path: file.path, inode: file.inode, from, to, ...(await hashEnds(file, to)) };
}
