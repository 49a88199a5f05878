import { dirname, resolve } from 'node:path';
import type { TailEvent } from '../../ports/tail.ts';
import type { Relation } from '../../core/follow/relate-file.ts';
import { relateFile } from '../../core/follow/relate-file.ts';
import type { SourceFile } from '../../ports/source.ts';
import type { BookedStream, TailBook } from './tail-book.ts';
import { sourceFileOf } from './tail-book.ts';
import type { TailedFile } from './tail-file.ts';
import type { FollowedInput, FoundFile } from './tail-scan.ts';
import { filesIn, foldersOf, isCompressedName, isRotatedName } from './tail-scan.ts';

export interface TailSearchOptions {
  inputs: readonly FollowedInput[];
  now: () => number;
  onEvent: (event: TailEvent) => void;
}

/**
 * Finds out what files are that nobody knows by their inode: the rest of one that was read before, a copy of one that is
 * being read, or new. The content decides. A copy waits: when the file that it was made of is cut, it is what was read,
 * and perhaps more.
 */
export class TailSearch {
  /** Whether something has happened after which files must be looked for at once. */
  isNeeded = true;
  /** Where files were found. */
  readonly folders: Set<string>;
  readonly #book: TailBook;
  readonly #options: TailSearchOptions;
  readonly #restMs: number;
  /** Copies that wait, by inode, as they were when they were looked at. */
  readonly #copies = new Map<string, FoundFile>();
  /** Files that can't be followed, by inode, said once. */
  readonly #refused = new Set<string>();

  constructor(book: TailBook, options: TailSearchOptions, restMs: number) {
    this.#book = book;
    this.#options = options;
    this.#restMs = restMs;
    this.folders = foldersOf(
      options.inputs,
      book.ended.map(({ position }) => dirname(position.path)),
    );
  }

  /**
   * Sorts the unknown files of a scan: goes on with those that are known by their content, begins those that are new.
   * Answers with the latter: what they are is looked at when there is something in them.
   */
  async sort(unknown: readonly FoundFile[], found: readonly FoundFile[]): Promise<TailedFile[]> {
    const wasNeeded = this.isNeeded;
    this.isNeeded = false;
    const changed = unknown.filter((one) => wasNeeded || this.#hasChanged(one));
    const fresh: FoundFile[] = [];
    let streams = changed.length > 0 ? this.#book.all() : [];
    for (const one of changed) {
      const became = one.size === 0 ? 'fresh' : await this.#look(one, streams);
      if (became === 'resumed') streams = this.#book.all();
      else if (became === 'fresh') fresh.push(one);
    }
    const paths = found.map(({ path }) => path);
    for (const path of paths) this.folders.add(dirname(path));
    if (wasNeeded) await this.#findRests(new Set(paths));
    // A file may have been met under another name meanwhile.
    return fresh
      .filter(({ inode }) => this.#book.byInode(inode) === undefined)
      .map((one) => this.#book.begin(one));
  }

  /**
   * Looks at the first content of a file that was begun; whether it is new. Where it is what was read of another, the
   * file is not followed until that is settled.
   */
  async identify(file: TailedFile): Promise<boolean> {
    const now = await file.now();
    if (now === undefined || now.storedBytes === 0) return false;
    const { stream } = file;
    const found: FoundFile = { ...now, name: stream.name, size: now.storedBytes };
    const relation = await this.#relate(found, this.#book.all(), now);
    if (relation?.kind === 'none') {
      file.isIdentified = true;
      this.#copies.delete(stream.inode);
      this.#options.onEvent({ kind: 'found', name: stream.name, detail: 'is followed from its beginning' });
      return true;
    }
    await this.#book.end(file);
    if (relation?.kind === 'begins') this.#wait(found, relation.known);
    else if (relation?.kind === 'continues') this.isNeeded = true;
    return false;
  }

  #hasChanged({ inode, size, modifiedMs }: FoundFile): boolean {
    const before = this.#copies.get(inode);
    return before === undefined || before.size !== size || before.modifiedMs !== modifiedMs;
  }

  async #look(found: FoundFile, streams: readonly BookedStream[]): Promise<'resumed' | 'fresh' | 'nothing'> {
    const relation = await this.#relate(found, streams);
    if (relation === undefined) return 'nothing';
    if (relation.kind === 'none') return 'fresh';
    const { known, kind } = relation;
    if (kind === 'begins' || (known.file !== undefined && (await stillHolds(known.file)))) {
      this.#wait(found, known);
      return 'nothing';
    }
    if (known.file !== undefined) await this.#book.end(known.file);
    this.#copies.delete(found.inode);
    const file = await this.#book.resume(found, known);
    if (file === undefined) {
      this.isNeeded = true;
      return 'nothing';
    }
    this.#options.onEvent({
      kind: 'found',
      name: file.stream.name,
      detail: `is read on from byte ${file.stream.at.stored}`,
    });
    return 'resumed';
  }

  /** How a file stands to streams; undefined for one that can't be followed. */
  async #relate(
    found: FoundFile,
    streams: readonly BookedStream[],
    file: SourceFile = sourceFileOf(found),
  ): Promise<Relation<BookedStream> | undefined> {
    try {
      if (await file.isCompressed()) {
        this.#refuse(found, { kind: 'compressed', detail: 'is compressed and is not followed' });
        return undefined;
      }
      return await relateFile(file, streams);
    } catch (error) {
      // One that vanished meanwhile is found again, or not.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.#refuse(found, { kind: 'unreadable', detail: (error as Error).message });
      return undefined;
    }
  }

  #wait(found: FoundFile, known: BookedStream): void {
    if (!this.#copies.has(found.inode))
      this.#options.onEvent({
        kind: 'copy',
        name: found.name,
        detail: `holds what was read of ${known.position.path}`,
      });
    this.#copies.set(found.inode, found);
  }

  #refuse({ inode, name }: FoundFile, event: Pick<TailEvent, 'kind' | 'detail'>): void {
    if (this.#refused.has(inode)) return;
    this.#refused.add(inode);
    this.#options.onEvent({ ...event, name });
  }

  /**
   * Looks beside the inputs for what they were called before: a file that was rotated while nobody looked is read to its
   * end, and so is one that came and went meanwhile.
   */
  async #findRests(inputs: ReadonlySet<string>): Promise<void> {
    const files = this.#options.inputs
      .filter(({ kind }) => kind === 'file')
      .map(({ input }) => resolve(input));
    for (const folder of this.folders) {
      const others = (await filesIn(folder)).filter(
        ({ path, inode, size }) =>
          size > 0 && !inputs.has(path) && !isCompressedName(path) && this.#book.byInode(inode) === undefined,
      );
      for (const other of others.toSorted((a, b) => a.modifiedMs - b.modifiedMs))
        await this.#adoptRest(other, files);
    }
  }

  async #adoptRest(other: FoundFile, inputs: readonly string[]): Promise<void> {
    const relation = await this.#relate(other, this.#book.ended);
    if (relation?.kind === 'continues') {
      const isRead = relation.known.position.stored === other.size;
      if (isRead && this.#options.now() - other.modifiedMs > this.#restMs) return;
      // Both are known under the name of the input, by which the next start finds what was missed as well.
      const file = await this.#book.resume(other, relation.known, relation.known.position.path);
      if (file === undefined) this.isNeeded = true;
      else file.followed = false;
    } else if (relation?.kind === 'none') {
      const input = inputs.find((path) => this.#wasMissed(other, path));
      if (input !== undefined) this.#book.begin(other, input).followed = false;
    }
  }

  /** Whether a file was an input, and was rotated away before anybody looked: it was written after what was read there. */
  #wasMissed(other: FoundFile, input: string): boolean {
    if (!isRotatedName(other.path, input)) return false;
    const before = this.#book
      .all()
      .filter(({ position, file }) => position.path === input && file?.followed !== true);
    return before.some(({ position }) => other.modifiedMs > position.modifiedMs);
  }
}

async function stillHolds(file: TailedFile): Promise<boolean> {
  return file.holds().catch(() => false);
}
