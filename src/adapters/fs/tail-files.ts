import type { TailedFile } from './tail-file.ts';
import { lookBytes } from './tail-file.ts';
import type { TailedStream } from '../../core/follow/tailed-stream.ts';
import type { LineRules } from '../../core/follow/whole-lines.ts';
import type { SourcePosition } from '../../core/ledger/source-position.ts';
import type { Tail, TailedLines, TailEvent } from '../../ports/tail.ts';
import { TailBook } from './tail-book.ts';
import { TailSearch } from './tail-search.ts';
import { readArchives } from './tail-archives.ts';
import type { FollowedInput, FoundFile } from './tail-scan.ts';
import { scanInputs } from './tail-scan.ts';

export interface FileTailOptions {
  inputs: readonly FollowedInput[];
  /** Folders that are left out when a folder or a glob is searched. */
  exceptBelow: readonly string[];
  /** How far files were read before. */
  known: readonly SourcePosition[];
  rules: LineRules;
  newId: () => string;
  now: () => number;
  /** Waits; less long if the signal is aborted. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  onEvent: (event: TailEvent) => void;
}

/** Files that are written to are looked at so often; folders, and files that are silent, once a second. */
const pollMs = 250;
const scanMs = 1000;
/** Where looking at them takes long, it is done less often: all the time but this part of it is rest. */
const scanShare = 40;
const mostScanMs = 5000;
const activeMs = 10_000;
/** A file that was renamed or deleted is let go when its writer has been silent for so long; then its end is a line's end. */
const restMs = 600_000;
/** Silent files beyond this number are closed until they grow. */
const maxOpenFiles = 512;

/**
 * Follows files by polling: growth, rotation by renaming (the renamed file is read to its end, then the new one), cutting
 * (what the copy holds and was not read yet is read from the copy) and new files. Which file is which is told by content,
 * see `TailSearch`. Each file gets its turn, a bounded look at a time; what is left of rotated files comes first.
 */
export class FileTail implements Tail {
  readonly name: string;
  readonly #options: FileTailOptions;
  readonly #book: TailBook;
  readonly #search: TailSearch;
  readonly #buffer = Buffer.allocUnsafeSlow(lookBytes);
  #scannedMs = Number.NEGATIVE_INFINITY;
  /** From one scan to the next. */
  #scanPauseMs = scanMs;
  #due = new Set<TailedFile>();
  /** Files to be let go when their rest was read. */
  #leaving = new Set<TailedFile>();
  /** What was cut or is gone, and may have been compressed before it was read. */
  #lost: TailedStream[] = [];
  #isMore = true;

  constructor(options: FileTailOptions) {
    this.#options = options;
    this.name = options.inputs.map(({ input }) => input).join(', ');
    const { known, newId, now, rules } = options;
    this.#book = new TailBook(known, { plain: rules.wrapping === undefined, newId, now });
    this.#search = new TailSearch(this.#book, options, restMs);
  }

  async *read(signal: AbortSignal): AsyncGenerator<TailedLines> {
    while (!signal.aborted) {
      for await (const lines of this.poll()) {
        yield lines;
        if (signal.aborted) return;
      }
      if (!this.#isMore) await this.#options.sleep(pollMs, signal);
    }
  }

  /** Looks once at everything that may have something new. */
  async *poll(): AsyncGenerator<TailedLines> {
    this.#isMore = false;
    const isFirst = this.#scannedMs === Number.NEGATIVE_INFINITY;
    const fresh = await this.#scan();
    if (isFirst) yield* this.#readArchives(this.#options.known, Number.NEGATIVE_INFINITY);
    else yield* this.#readLost();
    const isFresh = new Set(fresh);
    const files = this.#book.files.filter((file) => !isFresh.has(file));
    for (const file of files) if (!file.followed) yield* this.#drain(file);
    for (const file of files) if (file.followed && this.#isDue(file)) yield* this.#turn(file);
    // Last: by now something was read of every other file, by which its copies are known.
    for (const file of fresh) yield* this.#turn(file);
    await this.#closeSilent();
  }

  async close(): Promise<void> {
    await this.#book.close();
  }

  /** Finds out which files there are; answers with those that were begun. */
  async #scan(): Promise<readonly TailedFile[]> {
    const nowMs = this.#options.now();
    if (!this.#search.isNeeded && nowMs - this.#scannedMs < this.#scanPauseMs) return [];
    this.#scannedMs = nowMs;
    const found = await scanInputs(this.#options.inputs, this.#options.exceptBelow);
    this.#scanPauseMs = Math.min(mostScanMs, Math.max(scanMs, scanShare * (this.#options.now() - nowMs)));
    this.#due = new Set();
    const unknown: FoundFile[] = [];
    const seen = new Set<TailedFile>();
    for (const one of found) {
      const file = this.#book.byInode(one.inode);
      if (file === undefined) unknown.push(one);
      else {
        this.#meet(file, one, seen);
        if (!file.hasSeen(one)) this.#due.add(file);
      }
    }
    for (const file of this.#book.files) if (!seen.has(file)) await this.#miss(file, nowMs);
    return this.#search.sort(unknown, found);
  }

  /** A file that is known was found, perhaps under another name. */
  #meet(file: TailedFile, { path, name }: FoundFile, seen: Set<TailedFile>): void {
    seen.add(file);
    file.followed = true;
    this.#leaving.delete(file);
    const { stream } = file;
    if (stream.path === path) return;
    this.#options.onEvent({ kind: 'moved', name: stream.name, detail: `renamed to ${name}` });
    stream.path = path;
    file.place = path;
    stream.name = name;
  }

  /** A file is not among the inputs any more: it was renamed away or deleted. */
  async #miss(file: TailedFile, nowMs: number): Promise<void> {
    if (file.followed) {
      file.followed = false;
      file.activeMs = nowMs;
      this.#search.isNeeded = true;
      const detail = 'renamed or deleted: it is read to its end';
      this.#options.onEvent({ kind: 'gone', name: file.stream.name, detail });
    }
    if (!file.isOpen) await this.#end(file);
    else if (nowMs - file.activeMs > restMs) this.#leaving.add(file);
  }

  /** What was copied, cut and compressed between two looks. Where the copy is still there, it is read instead. */
  async *#readLost(): AsyncGenerator<TailedLines> {
    if (this.#lost.length === 0) return;
    const ended = new Set(this.#book.ended.map(({ position }) => position.id));
    const lost = this.#lost.filter(({ id }) => ended.has(id));
    this.#lost = [];
    if (lost.length === 0) return;
    const known = this.#book.all().map(({ position }) => position);
    yield* this.#readArchives(known, Math.min(...lost.map(({ modifiedMs }) => modifiedMs)));
  }

  /** What was compressed while nobody looked. */
  async *#readArchives(known: readonly SourcePosition[], sinceMs: number): AsyncGenerator<TailedLines> {
    const ended = new Set(this.#book.ended.map(({ position }) => position.id));
    yield* readArchives(
      {
        ...this.#options,
        known,
        sinceMs,
        isOpen: (id) => !ended.has(id),
        onRead: (stream) => this.#book.note(stream),
      },
      this.#search.folders,
    );
  }

  #isDue(file: TailedFile): boolean {
    return this.#due.has(file) || this.#options.now() - file.activeMs < activeMs;
  }

  /** Reads a file to its end; lets it go where it is time. */
  async *#drain(file: TailedFile): AsyncGenerator<TailedLines> {
    const isLeaving = this.#leaving.has(file);
    for (;;) {
      const lines = await this.#look(file, isLeaving);
      if (lines === undefined) break;
      yield lines;
    }
    if (!isLeaving) return;
    this.#leaving.delete(file);
    if (this.#book.byInode(file.stream.inode) === file) await this.#end(file);
  }

  async *#turn(file: TailedFile): AsyncGenerator<TailedLines> {
    const lines = await this.#look(file);
    if (lines !== undefined) yield lines;
  }

  async #look(file: TailedFile, final = false): Promise<TailedLines | undefined> {
    const { stream } = file;
    try {
      if (!file.isIdentified && !(await this.#search.identify(file))) return undefined;
      const look = await file.look(this.#buffer, this.#options.rules, final);
      if (look.kind === 'lines') {
        file.activeMs = this.#options.now();
        this.#isMore ||= look.more;
        return { record: stream.advance(look.block, look.raw), payload: look.block.payload };
      }
      if (look.kind === 'cut') {
        this.#options.onEvent({ kind: 'cut', name: stream.name, detail: look.detail });
        this.#lost.push(stream);
        await this.#end(file);
      }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') {
        this.#lost.push(stream);
        await this.#end(file);
      } else this.#options.onEvent({ kind: 'unreadable', name: stream.name, detail: message });
    }
    return undefined;
  }

  async #end(file: TailedFile): Promise<void> {
    await this.#book.end(file);
    this.#search.isNeeded = true;
    this.#isMore = true;
  }

  async #closeSilent(): Promise<void> {
    const open = this.#book.files.filter((file) => file.isOpen);
    if (open.length <= maxOpenFiles) return;
    const nowMs = this.#options.now();
    const silent = open
      .filter((file) => file.followed && nowMs - file.activeMs > activeMs)
      .toSorted((a, b) => a.activeMs - b.activeMs);
    for (const file of silent.slice(0, open.length - maxOpenFiles)) await file.close();
  }
}
