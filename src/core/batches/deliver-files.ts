import { isAuditExportError } from '../../errors.ts';
import type { FilesPort } from '../../ports/files.ts';
import type { Journal, Standing } from '../../ports/journal.ts';
import type { FileChoices, Look, SeenFile } from '../files/catalogue.ts';
import { lookAtFiles } from '../files/catalogue.ts';
import type { FileSource } from '../files/look-at-content.ts';
import type { PushResult } from '../push/push-sources.ts';
import type { SourceAccount, SourcePart } from '../push/source-part.ts';
import { beginPart, confirmPart, hasNews, partIn, standingBehind } from './file-parts.ts';
import type { KnownFile } from '../../ports/known-file.ts';
import type { Batch, Cut, FilePart, Part } from '../../ports/batch.ts';

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
  /** The whole way of the data. `confirm` is asked before the last objects are stored. */
  push: (batch: Batch, parts: readonly SourcePart[], confirm: () => Promise<void>) => Promise<PushResult>;
  /** Asked when all of a batch is durable, and before the journal says so. */
  settle: (parts: readonly SettledPart[]) => Promise<Standing>;
  /** Told when the journal says that a batch is done. */
  onDone: (batch: Batch) => Promise<void>;
}

type OtherPart = Exclude<Part, FilePart>;

/** A part, and how the reading of it went. */
export interface SettledPart {
  part: Part;
  account: SourceAccount | undefined;
}

/** What needs somebody's eye, though the run goes on. */
export interface DeliveryProblem {
  kind: 'missing' | 'edited' | 'dropped' | 'uncut';
  /** Id of the file that it is about; '' where there is none. */
  id: string;
  source: string;
}

/** How far a delivery of files came. */
export interface FilesResult {
  ended: PushResult['ended'];
  error: unknown;
  problems: DeliveryProblem[];
  /** Files whose end waits to be finished, and how many bytes of it there are. */
  waiting: { source: string; bytes: number }[];
  /** What earlier batches delivered of the given files, which this delivery did not read. */
  known: { source: FileSource; known: KnownFile; delivered: Readonly<Record<string, number>> }[];
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
  readonly #problems: DeliveryProblem[] = [];
  /** What this delivery did of files, by type, by the file's id. */
  readonly #read = new Map<string, Readonly<Record<string, number>>>();
  #choices: FileChoices;
  /** Ids of files that are in one batch with what is offered again. */
  #sought: ReadonlySet<string> = new Set();
  #leave: () => void = () => undefined;

  constructor(job: FilesJob, ports: FilesPorts) {
    this.#job = job;
    this.#ports = ports;
    this.#choices = job.choices;
  }

  async run(): Promise<FilesResult> {
    for (let looks = 1; ; looks++) {
      this.#leave = (await this.#ports.enter?.()) ?? this.#leave;
      try {
        const look = await this.#look();
        const result = (await this.#finishBegun(look)) ?? (await this.#deliver(look));
        // Positions are others behind a batch that was ended, or more files are sought: they are looked at anew.
        if (result !== 'again') return this.#result(look, result);
      } catch (error) {
        const isRotated = isAuditExportError(error) && error.code === 'source-moved';
        if (!isRotated || looks >= looksAtMost) throw error;
      } finally {
        this.#leave();
      }
    }
  }

  async #look(): Promise<Look> {
    const { journal, files, list, newId, now } = this.#ports;
    const begun = new Set(
      [...journal.state.begun.values()].flatMap((batch) =>
        fileParts(batch).flatMap((part) => (isEmpty(part) ? [] : [part.file.id])),
      ),
    );
    const look = await lookAtFiles(await list(), journal.state.files, this.#choices, {
      files,
      begun,
      sought: this.#sought,
      newId,
      now,
    });
    // Decided once: what is read again is new now, and goes on from there.
    this.#choices = { ...this.#choices, again: new Set() };
    const { changed, forgotten, problems } = look;
    for (const problem of problems)
      if (!this.#problems.some(({ kind, id }) => kind === problem.kind && id === problem.id))
        this.#problems.push(problem);
    if (changed.length > 0 || forgotten.length > 0)
      await journal.add({ kind: 'cursor', standing: { files: changed, forgotten } });
    return look;
  }

  /** Batches that were begun and not ended come first; undefined where there are none that can be ended. */
  async #finishBegun(look: Look): Promise<PushResult | 'again' | undefined> {
    const { journal } = this.#ports;
    for (const batch of journal.state.begun.values()) {
      const found = await this.#find(batch, look);
      if (found !== undefined) {
        const result = await this.#push(batch, found);
        return result.ended === 'complete' ? 'again' : result;
      }
      const touched = fileParts(batch).find(({ file }) => this.#isTouched(file, look));
      const [first] = batch.parts;
      if (touched === undefined && fileParts(batch).length > 0) continue;
      await journal.add({ kind: 'done', id: batch.id, standing: {} });
      const isTold = fileParts(batch).some(
        ({ file }) => journal.state.files.get(file.id)?.lostMs !== undefined,
      );
      if (!isTold)
        this.#problems.push({ kind: 'dropped', id: '', source: touched?.file.path ?? sourceOf(first) });
      return 'again';
    }
    return undefined;
  }

  /** Whether a file that something was begun of is given, or the file that has its name now. */
  #isTouched({ id, path }: KnownFile, { files }: Look): boolean {
    return files.some(
      ({ isAsked, known, source }) => isAsked && (known.id === id || source.file.path === path),
    );
  }

  /** All parts of a batch, where they are now; undefined where some bytes are nowhere. */
  async #find(batch: Batch, look: Look): Promise<FoundPart[] | undefined> {
    const found: FoundPart[] = [];
    for (const part of batch.parts) {
      if (isEmpty(part)) continue;
      const seen =
        part.kind === 'file' ? look.files.find(({ known }) => known.id === part.file.id) : undefined;
      const source = part.kind !== 'file' ? await this.#ports.open(part) : seen && (await partIn(part, seen));
      if (source === undefined) return undefined;
      found.push({ part, source, seen });
    }
    return found;
  }

  async #deliver(look: Look): Promise<PushResult | 'again' | undefined> {
    if (this.#job.reread) {
      if (await this.#seekMore(look)) return 'again';
      const failed = await this.#offerAgain(look);
      if (failed !== undefined) return failed;
    }
    const found: FoundPart[] = [];
    for (const seen of look.files.filter(({ isAsked }) => isAsked)) {
      const file = this.#job.isFinal ? { ...seen, isFinal: true } : seen;
      if (!hasNews(file)) continue;
      const part = await beginPart(file);
      const source = await partIn(part, file);
      if (source !== undefined) found.push({ part, source, seen: file });
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

  /** A batch is offered again as a whole: says whether files are in it that were not looked for yet. */
  async #seekMore(look: Look): Promise<boolean> {
    const sought = new Set<string>();
    for await (const batch of this.#givenBatches(look))
      for (const { file } of fileParts(batch)) sought.add(file.id);
    const isMore = [...sought].some((id) => !this.#sought.has(id));
    this.#sought = sought;
    return isMore;
  }

  /** The batches of which a part is given, oldest first. */
  async *#givenBatches(look: Look): AsyncGenerator<Batch> {
    const given = new Set(look.files.filter(({ isAsked }) => isAsked).map(({ known }) => known.id));
    for await (const batch of this.#ports.journal.history()) {
      const isGiven = batch.parts.some((part) =>
        part.kind === 'file' ? given.has(part.file.id) : this.#ports.isGiven(part),
      );
      if (isGiven) yield batch;
    }
  }

  /** What was delivered of the given files, once more: the store says what it has. */
  async #offerAgain(look: Look): Promise<PushResult | undefined> {
    const offered = new Map<string, number>();
    for await (const batch of this.#givenBatches(look)) {
      const found = await this.#find(batch, look);
      if (found === undefined) continue;
      const result = await this.#push(batch, found, true);
      if (result.ended !== 'complete') return result;
      for (const { file, to } of fileParts(batch))
        if (file.at.offset <= (offered.get(file.id) ?? 0)) offered.set(file.id, file.plain ? to : Infinity);
    }
    for (const { isAsked, known } of look.files)
      if (isAsked && known.at.offset > (offered.get(known.id) ?? 0))
        this.#problems.push({ kind: 'uncut', id: known.id, source: known.path });
    return undefined;
  }

  async #push(batch: Batch, found: readonly FoundPart[], wasDone = false): Promise<PushResult> {
    const { push, journal, settle, onDone } = this.#ports;
    // What is under way is in the journal: others may look.
    this.#leave();
    const result = await push(
      batch,
      found.map(({ source }) => source),
      async () => {
        for (const { part, seen } of found)
          if (part.kind === 'file' && seen !== undefined) await confirmPart(part, seen);
      },
    );
    if (isAuditExportError(result.error) && result.error.code === 'source-moved') throw result.error;
    if (result.ended !== 'complete') return result;
    const files: KnownFile[] = [];
    for (const [index, { part, seen }] of found.entries()) {
      const account = result.sources[index];
      if (part.kind !== 'file' || seen === undefined || account === undefined) continue;
      const lines = acceptedByType(account, result.types);
      this.#read.set(part.file.id, sum(this.#read.get(part.file.id) ?? {}, lines));
      if (!wasDone) files.push(await standingBehind(part, seen, account, sum(part.file.delivered, lines)));
    }
    if (wasDone) return result;
    const settled = found.map(({ part }, index) => ({ part, account: result.sources[index] }));
    const { cursors } = await settle(settled);
    const standing = { files, cursors: { ...cursors, ...batch.cursors } };
    await journal.add({ kind: 'done', id: batch.id, standing });
    await onDone(batch);
    return result;
  }

  #result(look: Look, pushed: PushResult | undefined): FilesResult {
    const { files } = this.#ports.journal.state;
    const seen = look.files
      .filter(({ isAsked }) => isAsked)
      .map(({ source, known }) => ({ source, known: files.get(known.id) ?? known }));
    return {
      ended: pushed?.ended ?? 'complete',
      error: pushed?.error,
      problems: this.#problems,
      waiting: seen
        .filter(({ known }) => !known.broken && known.waiting > 0)
        .map(({ source, known }) => ({ source: source.name, bytes: known.waiting })),
      known: seen.map(({ source, known }) => ({
        source,
        known,
        delivered: difference(known.delivered, this.#read.get(known.id) ?? {}),
      })),
    };
  }
}

interface FoundPart {
  part: Part;
  source: SourcePart;
  /** The file that the part is in. */
  seen: SeenFile | undefined;
}

function sourceOf(part: Part | undefined): string {
  return part?.kind === 'file' ? part.file.path : (part?.source ?? 'spool');
}

/** Nothing was begun of it: what became of the file since is the next batch's. */
function isEmpty(part: Part): boolean {
  return part.kind === 'file' && part.to === 0;
}

function fileParts({ parts }: Batch): FilePart[] {
  return parts.filter((part) => part.kind === 'file');
}

/** Lines taken on from a source, by the name of their audit type. */
function acceptedByType({ accepted }: SourceAccount, types: readonly string[]): Record<string, number> {
  return Object.fromEntries([...accepted].map(([index, lines]) => [types[index] ?? '', lines]));
}

/** Adds numbers by name. */
function sum(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Record<string, number> {
  const total: Record<string, number> = { ...a };
  for (const [name, lines] of Object.entries(b)) total[name] = (total[name] ?? 0) + lines;
  return total;
}

/** Takes numbers by name away; what comes to nothing is left out. */
function difference(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Record<string, number> {
  const rest = Object.entries(a).map(([name, lines]) => [name, lines - (b[name] ?? 0)] as const);
  return Object.fromEntries(rest.filter(([, lines]) => lines > 0));
}
