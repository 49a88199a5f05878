import type { FilesPort } from '../../ports/sources/files.ts';
import type { FilePart } from '../../ports/state/batch.ts';
import type { KnownFile } from '../../ports/sources/known-file.ts';
import type { SeenFile } from '../files/catalogue.ts';
import { holdsPart, ifReadable, isAlike, namesOf, placesOf, standingOf } from '../files/file-search.ts';
import { Heads, knownNow } from '../files/known-now.ts';
import type { FileSource } from '../files/look-at-content.ts';
import { contentEnds, isHere } from '../files/look-at-content.ts';
import { holds } from './file-parts.ts';

/**
 * Finds parts of files that were begun or delivered by their content, wherever it is now: in the file itself, beside where it
 * stood, in an archive or a copy there, among the given files. Which file goes on from which position is nothing to this.
 */
export class PartSearch {
  readonly #given: readonly FileSource[];
  readonly #files: FilesPort;
  readonly #sight: { heads: Heads; seenMs: number };
  readonly #byInode: ReadonlyMap<string, FileSource>;
  readonly #looked = new Map<string, FileSource[]>();

  constructor(given: readonly FileSource[], files: FilesPort, nowMs: number) {
    this.#given = given;
    this.#files = files;
    this.#sight = { heads: new Heads(), seenMs: nowMs };
    this.#byInode = new Map(given.map((source) => [source.file.inode, source]));
  }

  /** The file that holds all of a part, as it is known from now on. `known`: where its file was seen last. */
  async find(part: FilePart, known: KnownFile): Promise<SeenFile | undefined> {
    for await (const source of this.#candidates(known)) {
      if (!(await ifReadable(this.#isIn(part, source)))) continue;
      const { path } = source.file;
      const isLeft = known.left || !isHere(source) || path !== known.path;
      const now = await knownNow(source, known, isLeft, this.#sight);
      return { source, known: now.known, isFinal: part.isFinal };
    }
    return undefined;
  }

  /** Whether a file still stands where it was seen last, with all that was delivered of it. */
  async stands(known: KnownFile): Promise<boolean> {
    return (await standingOf(known, this.#files)) !== undefined;
  }

  /** Whether all that was looked at still stands: else what was not found may just have been moved. */
  async isAsItWas(): Promise<boolean> {
    for (const { file } of this.#given) if (!(await file.stands())) return false;
    for (const [place, before] of this.#looked)
      if (namesOf(await this.#files.beside(place)) !== namesOf(before)) return false;
    return true;
  }

  /** Where the content of a file may be, the likeliest first. */
  async *#candidates(known: KnownFile): AsyncGenerator<FileSource> {
    const itself = this.#byInode.get(known.inode);
    if (itself !== undefined) yield itself;
    for (const path of placesOf(known)) {
      const standing = await this.#files.at(path);
      if (standing !== undefined) yield standing;
    }
    for (const place of placesOf(known)) {
      const found = this.#looked.get(place) ?? (await this.#files.beside(place));
      this.#looked.set(place, found);
      yield* found;
    }
    yield* this.#given;
  }

  async #isIn(part: FilePart, source: FileSource): Promise<boolean> {
    const { file, to, ends } = part;
    const plain = !(await source.file.isCompressed());
    if (plain === file.plain && (await holds(part, source))) return true;
    if (plain && file.plain) return false;
    if (!isAlike(await this.#sight.heads.of(source), file) || !(await holdsPart(source, file))) return false;
    // How much an archive held is known only by its own bytes.
    if (!file.plain) return true;
    const now = await contentEnds(source, to);
    return now?.head === ends.head && now.tail === ends.tail;
  }
}
