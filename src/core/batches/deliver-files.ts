import type { AuditExportError } from '../../errors.ts';
import { isAuditExportError } from '../../errors.ts';
import type { FilesPort } from '../../ports/sources/files.ts';
import type { Journal, Standing } from '../../ports/state/journal.ts';
import type { FileChoices, Look, SeenFile } from '../files/catalogue.ts';
import { lookAtFiles } from '../files/catalogue.ts';
import type { FileSource } from '../files/look-at-content.ts';
import { isBreak, moved } from '../files/look-at-content.ts';
import type { PushResult } from '../push/push-sources.ts';
import type { SourceAccount, SourcePart } from '../push/source-part.ts';
import { hasNews, isBeingWritten, partIn, standingBehind, waitsForNext } from './file-parts.ts';
import { PartSearch } from './find-part.ts';
import { beginReadable, readableFiles } from './break-off.ts';
import type { DeliveryProblem } from './delivery-problem.ts';
import { fileParts, idOf, isEmpty } from './parts.ts';
import { OfferedAgain } from './offered-again.ts';
import { acceptedByType, difference, sum } from './lines-by-type.ts';
import type { KnownFile } from '../../ports/sources/known-file.ts';
import type { Batch, Cut, FilePart, Part } from '../../ports/state/batch.ts';

export interface FilesJob {
  /** How new batches are cut. */
  cut: Cut;
  choices: FileChoices;
  /** Nothing more will come: the end of a file is the end of its last line. */
  isFinal: boolean;
  /** Offer again what was delivered of these files, cut as it was. */
  reread: boolean;
  /** Where sources that are no files stand once what is new is durable. */
  cursors?: Batch['cursors'];
}

export interface FilesPorts {
  journal: Journal;
  files: FilesPort;
  /** The given files as they are now: logs are rotated at any time. */
  list: () => Promise<readonly FileSource[]>;
  /** Opens a part that is no file; undefined where its bytes are nowhere. */
  open: (part: OtherPart) => Promise<SourcePart | undefined>;
  /** What is new and is no file. */
  more: () => Promise<readonly OtherPart[]>;
  /** Whether a part that is no file is given. */
  isGiven: (part: OtherPart) => boolean;
  /** Waits until nobody else decides which file is which; answers with what lets the next one. */
  enter?: () => Promise<() => void>;
  newId: () => string;
  now: () => number;
  /** The whole way of the data. `confirm` is asked when all is read and before the last objects are stored. */
  push: (
    batch: Batch,
    parts: readonly SourcePart[],
    confirm: (accounts: readonly SourceAccount[]) => Promise<void>,
  ) => Promise<PushResult>;
  /** Asked when all of a batch is durable, and before the journal says so. */
  settle: (parts: readonly SettledPart[]) => Promise<Standing>;
  /** Told when the journal says that a batch is done. */
  onDone: (batch: Batch) => Promise<void>;
  /** Told what needs somebody's eye when it is found, whatever becomes of the delivery; each once. */
  onProblem: (problem: DeliveryProblem) => void;
  /** Told of a given file that can't be read: the others are delivered. */
  onUnreadable: (source: FileSource, error: AuditExportError) => void;
}

type OtherPart = Exclude<Part, FilePart>;

/** A part, how the reading of it went, and which lines of it are durable now, by audit type. */
export interface SettledPart {
  part: Part;
  account: SourceAccount | undefined;
  lines: Readonly<Record<string, number>>;
}

/** How far a delivery of files came. */
export interface FilesResult {
  ended: PushResult['ended'];
  error: unknown;
  /** Files whose end waits to be finished, and how many bytes of it there are; of an archive that is being written, all of it. */
  waiting: { source: string; bytes: number; isBeingWritten?: true }[];
  /** What earlier batches delivered of the given files, which this delivery did not read. */
  known: { source: FileSource; known: KnownFile; delivered: Readonly<Record<string, number>> }[];
  /** Lines of other sources that this delivery did read, by audit type, by the source's name. */
  read: ReadonlyMap<string, Readonly<Record<string, number>>>;
}

/** A log that is rotated while it is read is looked for again so often. */
const looksAtMost = 5;

/**
 * Delivers what is new in files. A batch is written to the journal before its first object is stored, and ended there when
 * all of it is durable: one that was begun and not ended is done again first, with the same objects. Throws what the
 * journal and the listing of the files throw; what the store fails with is in the result.
 */
export async function deliverFiles(job: FilesJob, ports: FilesPorts): Promise<FilesResult> {
  return new FilesDelivery(job, ports).run();
}

class FilesDelivery {
  readonly #job: FilesJob;
  readonly #ports: FilesPorts;
  /** Problems that were told. */
  readonly #told = new Set<string>();
  /** Files that did not stand any more in a look before. */
  readonly #gone = new Set<string>();
  /** What this delivery did of files, by type, by the file's id; of other sources by their name. */
  readonly #read = new Map<string, Readonly<Record<string, number>>>();
  /** Archives that are still being written. */
  readonly #unfinished: FilesResult['waiting'] = [];
  #choices: FileChoices;
  #leave: () => void = () => undefined;

  constructor(job: FilesJob, ports: FilesPorts) {
    this.#job = job;
    this.#ports = ports;
    this.#choices = job.choices;
  }

  async run(): Promise<FilesResult> {
    for (let moves = 0; ;) {
      this.#leave = (await this.#ports.enter?.()) ?? this.#leave;
      try {
        const given = await this.#ports.list();
        const search = new PartSearch(given, this.#ports.files, this.#ports.now());
        const finished = await this.#finishBegun(given, search);
        // Positions are others behind a batch that was ended: files are looked at anew.
        if (finished === 'again') continue;
        if (finished !== undefined) return this.#result([], finished);
        const { files } = await this.#look(given);
        return this.#result(files, await this.#deliver(files, search));
      } catch (error) {
        const isRotated = isAuditExportError(error) && error.code === 'source-moved';
        if (!isRotated || ++moves === looksAtMost) throw error;
      } finally {
        this.#leave();
      }
    }
  }

  async #look(given: readonly FileSource[]): Promise<Look> {
    const { journal, onUnreadable } = this.#ports;
    const look = await this.#lookAt(given).catch(async (error: unknown) => {
      if (!isBreak(error)) throw error;
      const readable = await readableFiles(given, [...journal.state.files.values()], onUnreadable);
      if (readable.every((source, index) => source === given[index])) throw error;
      return this.#lookAt(readable);
    });
    // Decided once: what is read again is new now, and goes on from there.
    this.#choices = { ...this.#choices, again: new Set() };
    const { changed, forgotten, problems } = look;
    for (const problem of problems) this.#tell(problem);
    if (changed.length > 0 || forgotten.length > 0)
      await journal.add({ kind: 'cursor', standing: { files: changed, forgotten } });
    return look;
  }

  #lookAt(given: readonly FileSource[]): Promise<Look> {
    const { journal, files, newId, now } = this.#ports;
    return lookAtFiles(given, journal.state.files, this.#choices, { files, gone: this.#gone, newId, now });
  }

  #tell(problem: DeliveryProblem): void {
    const { kind, id, source } = problem;
    const key = `${kind} ${id === '' ? source : id}`;
    if (!this.#told.has(key)) this.#ports.onProblem(problem);
    this.#told.add(key);
  }

  /** Batches that were begun and not ended come first; undefined where there are none that can be ended. */
  async #finishBegun(
    given: readonly FileSource[],
    search: PartSearch,
  ): Promise<PushResult | 'again' | undefined> {
    for (const batch of this.#ports.journal.state.begun.values()) {
      const { found, absent } = await this.#find(batch, search);
      if (absent.length === 0) {
        const result = await this.#push(batch, found);
        return result.ended === 'complete' ? 'again' : result;
      }
      const files = fileParts(batch).map((part) => this.#knownOf(part));
      // It may be a matter of other inputs, and is left to whoever names them.
      if (files.length > 0 && !files.some((known) => isTouched(known, given))) continue;
      if (!(await search.isAsItWas()))
        throw moved(files[0]?.path ?? '', 'was rotated while it was looked for');
      await this.#giveUp(batch, absent, search);
      return 'again';
    }
    return undefined;
  }

  /** A batch whose bytes are nowhere is not ended as it was begun: what is there of it is looked at anew. */
  async #giveUp({ id, parts }: Batch, absent: readonly Part[], search: PartSearch): Promise<void> {
    const { journal, now } = this.#ports;
    const files: KnownFile[] = [];
    for (const part of parts) {
      if (part.kind !== 'file') continue;
      // What was seen of it behind its place is to be looked at.
      const known = { ...this.#knownOf(part), seen: part.file.at.offset };
      const isGone = absent.includes(part) && !(await search.stands(known));
      files.push(isGone ? { ...known, lostMs: now() } : known);
      if (isGone) this.#tell({ kind: 'missing', id: known.id, source: known.path });
      else if (absent.includes(part)) this.#tell({ kind: 'dropped', id: known.id, source: known.path });
    }
    for (const part of absent)
      if (part.kind !== 'file') this.#tell({ kind: 'dropped', id: '', source: part.source });
    await journal.add({ kind: 'done', id, standing: { files } });
  }

  #nameOf(part: Part): { id: string; name: string } {
    if (part.kind !== 'file') return { id: '', name: part.source };
    const { id, path } = this.#knownOf(part);
    return { id, name: path === '' ? part.file.path : path };
  }

  #knownOf({ file }: FilePart): KnownFile {
    return this.#ports.journal.state.files.get(file.id) ?? file;
  }

  /** The parts of a batch, where they are now, and those whose bytes are nowhere. */
  async #find(batch: Batch, search: PartSearch): Promise<{ found: FoundPart[]; absent: Part[] }> {
    const found: FoundPart[] = [];
    const absent: Part[] = [];
    for (const part of batch.parts) {
      if (isEmpty(part)) continue;
      const seen = part.kind === 'file' ? await search.find(part, this.#knownOf(part)) : undefined;
      const source = part.kind === 'file' ? seen && partIn(part, seen) : await this.#ports.open(part);
      if (source === undefined) absent.push(part);
      else found.push({ part, source, seen });
    }
    return { found, absent };
  }

  async #deliver(files: readonly SeenFile[], search: PartSearch): Promise<PushResult | undefined> {
    if (this.#job.reread) {
      const failed = await this.#offerAgain(files, search);
      if (failed !== undefined) return failed;
    }
    const found: FoundPart[] = [];
    for (const file of await this.#news(files)) {
      const begun = await beginReadable(file);
      if ('error' in begun) this.#ports.onUnreadable(file.source, begun.error);
      else found.push({ ...begun, source: partIn(begun.part, begun.seen) });
    }
    for (const part of await this.#ports.more()) {
      const source = await this.#ports.open(part);
      if (source !== undefined) found.push({ part, source, seen: undefined });
    }
    if (found.length === 0) return undefined;
    const { cut, cursors } = this.#job;
    const batch: Batch = {
      id: this.#ports.newId(),
      cut,
      parts: found.map(({ part }) => part),
      ...(cursors === undefined ? {} : { cursors }),
    };
    await this.#ports.journal.add({ kind: 'begin', batch });
    return this.#push(batch, found);
  }

  /** The files of which something is new, but for archives that are still being written. */
  async #news(files: readonly SeenFile[]): Promise<SeenFile[]> {
    const { isFinal } = this.#job;
    const looked = files.map((seen) => (isFinal ? { ...seen, isFinal } : seen));
    const news: SeenFile[] = [];
    this.#unfinished.length = 0;
    for (const [index, file] of looked.entries()) {
      if (!hasNews(file) && !waitsForNext(file, looked[index + 1])) continue;
      const { name: source, file: stored } = file.source;
      if (!isFinal && (await isBeingWritten(file)))
        this.#unfinished.push({ source, bytes: stored.storedBytes, isBeingWritten: true });
      else news.push(file);
    }
    return news;
  }

  /** What was delivered of the given files, once more, each batch as a whole and oldest first: the store says what it has. */
  async #offerAgain(files: readonly SeenFile[], search: PartSearch): Promise<PushResult | undefined> {
    const ids = new Set(files.map(({ known }) => known.id));
    const isGiven = (part: Part): boolean =>
      part.kind === 'file' ? ids.has(part.file.id) : this.#ports.isGiven(part);
    const offered = new OfferedAgain((part) => this.#nameOf(part));
    for await (const batch of this.#ports.journal.history()) {
      const given = batch.parts.filter(isGiven);
      if (given.length === 0) continue;
      const { found, absent } = await this.#find(batch, search);
      offered.note(batch, given, absent);
      if (absent.length > 0) continue;
      const result = await this.#push(batch, found, true);
      if (result.ended !== 'complete') return result;
    }
    for (const problem of offered.problems(files.map(({ known }) => known))) this.#tell(problem);
    return undefined;
  }

  async #push(batch: Batch, found: readonly FoundPart[], wasDone = false): Promise<PushResult> {
    const { push, journal, settle, onDone } = this.#ports;
    // What is under way is in the journal: others may look.
    this.#leave();
    let files: KnownFile[] = [];
    const result = await push(
      batch,
      found.map(({ source }) => source),
      async (accounts) => {
        files = [];
        for (const [index, { part, seen }] of found.entries()) {
          const account = accounts[index];
          if (part.kind === 'file' && seen !== undefined && account !== undefined)
            files.push(await standingBehind(part, seen, account));
        }
      },
    );
    if (isAuditExportError(result.error) && result.error.code === 'source-moved') throw result.error;
    if (result.ended !== 'complete') return result;
    const settled = found.map(({ part }, index) => this.#settled(part, result, index));
    if (wasDone) return result;
    const delivered = new Map(
      settled.map(({ part, lines }) => [
        idOf(part),
        sum(part.kind === 'file' ? part.file.delivered : {}, lines),
      ]),
    );
    files = files.map((file) => ({ ...file, delivered: delivered.get(file.id) ?? file.delivered }));
    const { cursors } = await settle(settled);
    const standing = { files, cursors: { ...cursors, ...batch.cursors } };
    await journal.add({ kind: 'done', id: batch.id, standing });
    await onDone(batch);
    return result;
  }

  #settled(part: Part, { sources, types }: PushResult, index: number): SettledPart {
    const account = sources[index];
    const lines = account === undefined ? {} : acceptedByType(account, types);
    this.#read.set(idOf(part), sum(this.#read.get(idOf(part)) ?? {}, lines));
    return { part, account, lines };
  }

  #result(looked: readonly SeenFile[], pushed: PushResult | undefined): FilesResult {
    const { files } = this.#ports.journal.state;
    const seen = looked.map(({ source, known }) => ({ source, known: files.get(known.id) ?? known }));
    return {
      ended: pushed?.ended ?? 'complete',
      error: pushed?.error,
      waiting: [
        ...seen
          .filter(({ known }) => !known.broken && known.waiting > 0)
          .map(({ source, known }) => ({ source: source.name, bytes: known.waiting })),
        ...this.#unfinished,
      ],
      known: seen.map(({ source, known }) => ({
        source,
        known,
        delivered: difference(known.delivered, this.#read.get(known.id) ?? {}),
      })),
      read: this.#read,
    };
  }
}

interface FoundPart {
  part: Part;
  source: SourcePart;
  /** The file that the part is in. */
  seen: SeenFile | undefined;
}

/** Whether a file is given, or another that has its name now; what was rotated away is looked for by whoever runs. */
function isTouched({ inode, path, left }: KnownFile, given: readonly FileSource[]): boolean {
  return left || given.some(({ file }) => file.inode === inode || file.path === path);
}
