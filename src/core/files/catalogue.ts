import type { FilesPort } from '../../ports/sources/files.ts';
import { isLined } from '../lines/documents/detect-format.ts';
import { furthestFirst, KnownFiles } from './known-files.ts';
import { mayHoldMore } from './known-file.ts';
import { editedEnd, FileSearch, holdsPart, isLonger, isStillSo, longest } from './file-search.ts';
import { Heads, knownCopy, knownNow, newlyKnown, ofItsOwn, settledHead } from './known-now.ts';
import type { Sight } from './known-now.ts';
import type { FileSource } from './look-at-content.ts';
import {
  lineEndFrom,
  endsHold,
  firstLineOf,
  isBeginningOf,
  isHere,
  moved,
  noWindow,
  walkContent,
} from './look-at-content.ts';
import type { KnownFile } from '../../ports/sources/known-file.ts';

/** A file as it stands, and what is known of it. */
export interface SeenFile {
  source: FileSource;
  known: KnownFile;
  /** Nothing more will come: its end is the end of its last line. */
  isFinal: boolean;
}

/** What somebody has to decide, or to know. */
export interface FileProblem {
  kind: 'missing' | 'edited';
  id: string;
  /** The path that the file had. */
  source: string;
}

/** What a look at files came to. */
export interface Look {
  /** What is left of rotated files first, then the given files in their order. */
  files: SeenFile[];
  problems: FileProblem[];
  /** Files that are known otherwise than before although nothing of them is delivered. */
  changed: KnownFile[];
  /** Known files that are to be forgotten. */
  forgotten: string[];
}

/** Files (absolute paths) for which somebody has decided. */
export interface FileChoices {
  /** Read from their beginning, as if nothing of them were known. */
  again: ReadonlySet<string>;
  /** Edited, and to be gone on with behind what was delivered before. */
  accept: ReadonlySet<string>;
}

export interface CatalogueOptions {
  files: FilesPort;
  /** Ids of files that did not stand any more in an earlier look of the same delivery; those of this look are added. */
  gone: Set<string>;
  newId: () => string;
  now: () => number;
}

/**
 * Answers which file is which, and from which byte on it is new. Content decides: a file goes on from the longest known
 * position whose content it begins with, and of several the one that holds the most. The short cut: the same inode, not
 * smaller, with both ends of the delivered part unchanged, is the same file going on. A known position belongs to one file.
 * All of it is as at one moment: throws `source-moved` where files were rotated or cut under the look.
 */
export async function lookAtFiles(
  given: readonly FileSource[],
  known: ReadonlyMap<string, KnownFile>,
  choices: FileChoices,
  options: CatalogueOptions,
): Promise<Look> {
  return new Looking(given, known, choices, options).run();
}

class Looking {
  readonly #given: readonly FileSource[];
  readonly #known: KnownFiles;
  readonly #choices: FileChoices;
  readonly #options: CatalogueOptions;
  readonly #look: Look = { files: [], problems: [], changed: [], forgotten: [] };
  /** Which file holds a known position, by the position's id; and which inodes are taken. */
  readonly #holders = new Map<string, FileSource>();
  readonly #taken = new Map<string, KnownFile>();
  /** Files of which nothing was delivered yet, by what is known of them: what they hold says which file they are. */
  readonly #undecided = new Map<FileSource, KnownFile>();
  /** Files that were copies of others when they were last looked at. */
  readonly #wereCopies = new Map<FileSource, KnownFile>();
  /** Inodes of files that are copies of others, in the making or whole. */
  readonly #copies = new Set<string>();
  /** What is left of rotated files, by the position's id. */
  readonly #found = new Set<string>();
  /** Files that others were compared with, and as what. */
  readonly #relied = new Map<FileSource, KnownFile>();
  readonly #sight: Sight;
  readonly #search: FileSearch;
  readonly #byPath: ReadonlyMap<string, FileSource>;
  readonly #byInode: ReadonlyMap<string, FileSource>;
  /** What is known from now on of files that nobody knew. */
  readonly #fresh = new Map<FileSource, KnownFile>();

  constructor(
    given: readonly FileSource[],
    known: ReadonlyMap<string, KnownFile>,
    choices: FileChoices,
    options: CatalogueOptions,
  ) {
    this.#given = given;
    this.#choices = choices;
    this.#options = options;
    this.#sight = { heads: new Heads(), seenMs: options.now() };
    this.#known = new KnownFiles(known.values());
    this.#search = new FileSearch(options.files, this.#sight.heads, (source) => this.#isFree(source));
    this.#byPath = new Map(given.filter(isHere).map((source) => [source.file.path, source]));
    this.#byInode = new Map(given.map((source) => [source.file.inode, source]));
  }

  async run(): Promise<Look> {
    this.#forget();
    const here = this.#given.filter(isHere);
    const away = this.#given.filter((source) => !isHere(source));
    for (const source of here) await this.#claimByInode(source);
    // What was replaced by a longer copy, or compressed, goes on there.
    await this.#claimByContent(here);
    for (const source of away) await this.#claimByInode(source);
    await this.#claimByContent(away);
    for (const [source, known] of this.#wereCopies) await this.#judgeCopy(source, known);
    await this.#findLeft();
    for (const source of this.#free(away)) await this.#passOver(source);
    for (const source of this.#free(this.#given)) await this.#meet(source);
    for (const source of this.#free([...this.#fresh.keys(), ...this.#undecided.keys()]))
      await this.#findOriginal(source);
    for (const [source, known] of this.#undecided)
      if (this.#isFree(source)) this.#claim(source, known);
      else this.#drop(known);
    for (const source of this.#given) await this.#take(source);
    for (const [source, known] of this.#relied)
      if (!(await isStillSo(source, known)))
        throw moved(source.file.path, 'was rotated while it was looked at');
    return this.#look;
  }

  /** Those that are free when it is their turn. */
  *#free(sources: readonly FileSource[]): Generator<FileSource> {
    for (const source of sources) if (this.#isFree(source)) yield source;
  }

  #isFree({ file: { inode } }: FileSource): boolean {
    return !this.#taken.has(inode) && !this.#copies.has(inode);
  }

  #claim(source: FileSource, known: KnownFile): void {
    this.#holders.set(known.id, source);
    this.#taken.set(source.file.inode, known);
  }

  /** What was delivered of files that are to be read again is not known any more. */
  #forget(): void {
    for (const { file } of this.#given) {
      if (!this.#choices.again.has(file.path)) continue;
      for (const known of this.#known.standingAt(file)) this.#drop(known);
    }
  }

  #drop({ id }: KnownFile): void {
    this.#known.remove(id);
    this.#look.forgotten.push(id);
  }

  async #claimByInode(source: FileSource): Promise<void> {
    for (const known of this.#known.withInode(source.file.inode)) {
      if (this.#holders.has(known.id) || !(await endsHold(known, source.file))) continue;
      if (known.copyOf === undefined) await this.#claimSame(source, known);
      else this.#wereCopies.set(source, known);
      return;
    }
  }

  /**
   * What was a copy of another file is one still, or was in the making and is looked at anew. Where its original is gone, it
   * is the file now: it goes on from there, or else from its own end.
   */
  async #judgeCopy(source: FileSource, known: KnownFile): Promise<void> {
    const original = this.#known.get(known.copyOf ?? '');
    const isGone = original === undefined || (await this.#holderOf(original)) === undefined;
    if (!this.#isFree(source)) this.#drop(known);
    else if (isGone) this.#claim(source, ofItsOwn(known));
    else if (known.at.stored === source.file.storedBytes) this.#copies.add(source.file.inode);
    else this.#drop(known);
  }

  /** The same inode is the same file; but while nothing was delivered of it, it may turn out to be a copy, or go on from another. */
  async #claimSame(source: FileSource, before: KnownFile): Promise<void> {
    if (before.at.offset > 0) return this.#claim(source, before);
    const plain = !(await source.file.isCompressed());
    const known = { ...before, plain, ...(await settledHead(source, before, this.#sight)) };
    this.#known.add(known);
    this.#undecided.set(source, known);
    this.#holders.set(known.id, source);
  }

  /**
   * Known content whose own file does not stand goes on in the file that holds the most of it, given or beside; the longest
   * first.
   */
  async #claimByContent(sources: readonly FileSource[]): Promise<void> {
    const alike = new Map<KnownFile, FileSource[]>();
    for (const source of this.#free(sources))
      for (const known of this.#known.alike(await this.#sight.heads.of(source)))
        alike.set(known, [...(alike.get(known) ?? []), source]);
    for (const known of furthestFirst([...alike.keys()])) {
      if (known.copyOf !== undefined || (await this.#holderOf(known)) !== undefined) continue;
      await this.#goOn(known, [...this.#free(alike.get(known) ?? [])]);
    }
  }

  async #goOn(known: KnownFile, free: readonly FileSource[]): Promise<void> {
    if (free.length === 0) return;
    const beside = await this.#search.find(known);
    const source = await longest(known, beside === undefined ? free : [...free, beside]);
    if (source === undefined) return;
    if (source === beside) await this.#takeLeft(source, known);
    else this.#claim(source, known);
  }

  /**
   * What is away and was delivered goes on elsewhere, if it is not known by its inode any more. But its writer may still be at
   * it: where it holds more than what took its place, it is the file, and the other one a copy of it.
   */
  async #passOver(source: FileSource): Promise<void> {
    if (this.#undecided.has(source)) return;
    for (const known of this.#known.alike(await this.#sight.heads.of(source))) {
      if (!(await holdsPart(source, known))) continue;
      const holder = await this.#holderOf(known);
      if (holder === undefined || !(await isLonger(source, holder))) this.#copies.add(source.file.inode);
      else this.#takeOver(source, holder, known);
      return;
    }
  }

  #takeOver(source: FileSource, holder: FileSource, known: KnownFile): void {
    this.#taken.delete(holder.file.inode);
    if (this.#found.delete(known.id))
      this.#look.files = this.#look.files.filter((seen) => seen.known.id !== known.id);
    this.#claim(source, known);
  }

  /** A file that nobody knows: others may be copies of it. */
  async #meet(source: FileSource): Promise<void> {
    if (this.#undecided.has(source)) return;
    const known = await newlyKnown(source, this.#options.newId(), this.#sight);
    this.#fresh.set(source, known);
    this.#holders.set(known.id, source);
    this.#known.add(known);
  }

  /** A file that is the beginning of another that stands is a copy of it, in the making or whole. */
  async #findOriginal(source: FileSource): Promise<void> {
    const head = await this.#sight.heads.of(source);
    const alike = [...this.#known.alike(head), ...this.#known.beginningWith(firstLineOf(head))];
    let hasJustGone = false;
    for (const known of new Set(alike)) {
      if (known.copyOf !== undefined) continue;
      const holder = await this.#holderOf(known);
      if (holder === undefined) {
        hasJustGone ||= !this.#options.gone.has(known.id);
        this.#options.gone.add(known.id);
      } else if (holder.file.inode !== source.file.inode && !this.#copies.has(holder.file.inode))
        if (await this.#isCopy(source, holder, known)) return;
    }
    // When it was looked at, it may have been a copy in the making of what has gone since.
    if (hasJustGone) throw moved(source.file.path, 'was rotated while it was looked at');
  }

  /** The file that holds a known position, given or not; undefined where it does not stand any more. */
  async #holderOf(known: KnownFile): Promise<FileSource | undefined> {
    const holder = this.#holders.get(known.id) ?? (await this.#search.stood(known));
    if (holder !== undefined) this.#relied.set(holder, known);
    return holder;
  }

  /**
   * Nothing in a copy is new. It is known by itself once all of it was delivered; until then it may be in the making.
   */
  async #isCopy(source: FileSource, original: FileSource, known: KnownFile): Promise<boolean> {
    const found = await isBeginningOf(source, original, this.#sight.heads);
    if (found === undefined) return false;
    this.#copies.add(source.file.inode);
    const fresh = this.#fresh.get(source);
    if (fresh !== undefined) this.#known.remove(fresh.id);
    if (found.bytes > known.at.offset || found.bytes === 0) return true;
    const copied = await newlyKnown(source, this.#options.newId(), this.#sight);
    this.#look.changed.push(await knownCopy(source, copied, { of: known, ...found }));
    return true;
  }

  /** Names that hold other content now, and what was rotated away before: what is left of these files is looked for. */
  async #findLeft(): Promise<void> {
    for (const known of this.#known.all()) {
      if (this.#holders.has(known.id) || known.copyOf !== undefined) continue;
      const isReplaced = this.#byPath.has(known.path);
      if (!isReplaced && !known.left && known.lostMs === undefined) continue;
      const source = await this.#search.find(known);
      if (source !== undefined) await this.#takeLeft(source, known);
      else if (isReplaced && (await this.#isEdited(known))) this.#tell('edited', known);
      else this.#miss(known, isReplaced);
    }
  }

  async #takeLeft(source: FileSource, known: KnownFile): Promise<void> {
    // One file, known twice: it was seen before it showed that it goes on from another.
    if (!this.#isFree(source)) return this.#drop(known);
    const given = this.#byInode.get(source.file.inode);
    this.#claim(given ?? source, known);
    if (given !== undefined) return;
    this.#found.add(known.id);
    await this.#takeKnown(source, known, true);
  }

  /** Whether the file that has its name begins or ends as what was delivered, without being the same. */
  async #isEdited(known: KnownFile): Promise<boolean> {
    const source = this.#byPath.get(known.path);
    if (source === undefined || this.#taken.has(source.file.inode) || known.at.stored === 0) return false;
    const firstLine = firstLineOf(await this.#sight.heads.of(source));
    // A list of documents begins with a bracket, whatever is in it.
    const isSame = firstLine.bytes > 0 && firstLine.hash === known.firstLine.hash;
    return (isSame && isLined(known.format)) || (await editedEnd(source, known)) !== undefined;
  }

  #tell(kind: FileProblem['kind'], known: KnownFile): void {
    this.#look.problems.push({ kind, id: known.id, source: known.path });
  }

  /** A file that is nowhere: told where lines may be missing, else only its content is remembered. */
  #miss(known: KnownFile, isReplaced: boolean): void {
    const isLooked = known.lostMs !== undefined;
    if (isLooked) return;
    if (isReplaced && !known.left && mayHoldMore(known)) {
      this.#tell('missing', known);
      this.#look.changed.push({ ...known, lostMs: this.#sight.seenMs });
    } else this.#look.changed.push({ ...known, path: '', real: '', left: false });
  }

  async #take(source: FileSource): Promise<void> {
    if (this.#copies.has(source.file.inode)) return;
    const known = this.#taken.get(source.file.inode);
    if (known !== undefined) {
      const named = this.#byPath.get(known.path);
      if (!this.#found.has(known.id))
        await this.#takeKnown(source, known, !isHere(source) || (named !== undefined && named !== source));
      return;
    }
    const edited = this.#look.problems.find(
      ({ kind, source: path }) => kind === 'edited' && path === source.file.path,
    );
    if (edited !== undefined) {
      await this.#takeEdited(source, edited);
      return;
    }
    const fresh = this.#fresh.get(source);
    if (fresh === undefined) return;
    this.#look.files.push({ source, known: fresh, isFinal: !fresh.plain });
    // Nothing of it can be delivered, and by nothing but this can it be known again.
    if (source.file.storedBytes === 0) this.#look.changed.push(fresh);
  }

  /** A file that was edited is left alone, unless somebody has decided that what is there counts as delivered. */
  async #takeEdited(source: FileSource, problem: FileProblem): Promise<void> {
    const known = this.#known.get(problem.id);
    if (known === undefined || !this.#choices.accept.has(source.file.path)) return;
    this.#look.problems.splice(this.#look.problems.indexOf(problem), 1);
    // The edit may have moved the ends of lines: it is gone on with at the next one.
    const offset = (await editedEnd(source, known)) ?? (await lineEndFrom(source, known.at.offset));
    const { checksum = 0 } = await walkContent(source, offset, false);
    this.#claim(source, known);
    const accepted = { ...known, inode: '', checksum, at: { ...known.at, offset }, head: noWindow };
    await this.#takeKnown(source, accepted, false);
  }

  /** A known file as it is now. */
  async #takeKnown(source: FileSource, before: KnownFile, isLeft: boolean): Promise<void> {
    const { known, hasChanged } = await knownNow(source, before, isLeft, this.#sight);
    // Its writer may still be at it: its end is final once it has not grown between two looks.
    const isFinal = !known.plain || (isLeft && source.file.storedBytes === before.seen);
    this.#look.files.push({ source, known, isFinal });
    if (hasChanged) this.#look.changed.push(known);
  }
}
