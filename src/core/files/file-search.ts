import { isAuditExportError } from '../../errors.ts';
import type { FilesPort } from '../../ports/sources/files.ts';
import type { Heads } from './known-now.ts';
import type { FileSource } from './look-at-content.ts';
import {
  endsHold,
  firstLineOf,
  hashOf,
  isBeginningOf,
  isBreak,
  storedEnds,
  walkContent,
} from './look-at-content.ts';
import { windowBytes } from './known-file.ts';
import type { KnownFile } from '../../ports/sources/known-file.ts';

/** A log that is rotated while it is looked for is looked for again so often. */
const searchesAtMost = 5;

/** Looks for known files where they stood, and beside that. */
export class FileSearch {
  readonly #files: FilesPort;
  readonly #heads: Heads;
  readonly #isFree: (source: FileSource) => boolean;
  readonly #stood = new Map<string, FileSource>();
  readonly #folders = new Map<string, Promise<FileSource[]>>();

  /** `isFree`: whether a file may be the one that is looked for; others are known to be something else. */
  constructor(files: FilesPort, heads: Heads, isFree: (source: FileSource) => boolean) {
    this.#files = files;
    this.#heads = heads;
    this.#isFree = isFree;
  }

  /**
   * A known file where it stood when it was first asked for: if it goes meanwhile, what begins like it is no file of its own
   * for that.
   */
  async stood(known: KnownFile): Promise<FileSource | undefined> {
    const source = this.#stood.get(known.id) ?? (await standingOf(known, this.#files));
    if (source !== undefined) this.#stood.set(known.id, source);
    return source;
  }

  /** Where a known file is now: where it stood, beside it, or in an archive there. What moves meanwhile is looked for anew. */
  async find(known: KnownFile): Promise<FileSource | undefined> {
    for (let searches = 1; ; searches++) {
      const standing = await standingOf(known, this.#files);
      if (standing !== undefined) return standing;
      const beside = await this.#beside(known);
      const source = await this.#among(beside, known);
      // What was found nowhere before has not just moved.
      if (source !== undefined || searches === searchesAtMost || known.lostMs !== undefined) return source;
      this.#folders.clear();
      // A copy that was in the making may be whole now.
      if (asTheyStand(beside) === asTheyStand(await this.#beside(known))) return undefined;
    }
  }

  async #among(beside: readonly FileSource[], known: KnownFile): Promise<FileSource | undefined> {
    for (const source of beside)
      if (source.file.inode === known.inode && (await ifReadable(endsHold(known, source.file))))
        return source;
    if (known.head.bytes === 0) return undefined;
    const alike: FileSource[] = [];
    for (const source of beside)
      if (await ifReadable(this.#heads.of(source).then((head) => isAlike(head, known)))) alike.push(source);
    return longest(known, alike);
  }

  /** What stands beside where a file stood. */
  async #beside(known: KnownFile): Promise<FileSource[]> {
    const found = new Map<string, FileSource>();
    for (const place of placesOf(known)) {
      const folder = place.slice(0, place.lastIndexOf('/'));
      const files = this.#folders.get(folder) ?? this.#files.beside(place);
      this.#folders.set(folder, files);
      for (const source of await files) found.set(source.file.inode, source);
    }
    return [...found.values()].filter((source) => this.#isFree(source));
  }
}

/** A known file where it was last seen; undefined where it does not stand there any more. */
export async function standingOf(known: KnownFile, files: FilesPort): Promise<FileSource | undefined> {
  for (const path of placesOf(known)) {
    const source = await files.at(path);
    if (source?.file.inode === known.inode && (await ifReadable(endsHold(known, source.file)))) return source;
  }
  return undefined;
}

/** Of files that begin with all that was delivered of a known one, the first that is not the beginning of a longer one. */
export async function longest(
  known: KnownFile,
  sources: Iterable<FileSource>,
): Promise<FileSource | undefined> {
  let found: FileSource | undefined;
  for (const source of sources) {
    if (!(await ifReadable(holdsPart(source, known)))) continue;
    if (found === undefined || (await isLonger(source, found))) found = source;
  }
  return found;
}

/** Whether a file holds all of another, and more. */
export async function isLonger(source: FileSource, other: FileSource): Promise<boolean> {
  const isWithin = (await isBeginningOf(source, other)) !== undefined;
  return !isWithin && (await isBeginningOf(other, source)) !== undefined;
}

/** Whether a file begins with all that was delivered of a known one. */
export async function holdsPart(source: FileSource, { at, checksum }: KnownFile): Promise<boolean> {
  return (await walkContent(source, at.offset, false)).checksum === checksum;
}

/** Whether a content begins as a known one does, given its first bytes. */
export function isAlike(beginning: Buffer, { head: { bytes, hash } }: KnownFile): boolean {
  return beginning.length >= bytes && hashOf(beginning.subarray(0, bytes)) === hash;
}

/** Where a file may stand, by what was last seen of it. */
export function placesOf({ real, path }: KnownFile): Set<string> {
  return new Set([real, path].filter((place) => place !== ''));
}

/** Which files these are, and how large. */
function asTheyStand(files: readonly FileSource[]): string {
  return files.map(({ file }) => `${file.inode} ${file.storedBytes} ${file.path}`).join('\n');
}

/** Which files these are. */
export function namesOf(files: readonly FileSource[]): string {
  return files.map(({ file }) => `${file.inode} ${file.path}`).join('\n');
}

/**
 * What was rotated away under a look is not what was looked for: if it was, it is found under its new name. Nor is what can't
 * be read: nobody asked for it.
 */
export async function ifReadable(isFound: Promise<boolean>): Promise<boolean> {
  return isFound.catch((error: unknown) => {
    if (isBreak(error) || (isAuditExportError(error) && error.code === 'source-moved')) return false;
    throw error;
  });
}

/** Whether a file still holds what it was taken for: it may have been cut, and written anew, under the look. */
export async function isStillSo({ file }: FileSource, known: KnownFile): Promise<boolean> {
  if (!(await file.stands())) return false;
  // Ends that were not known prove nothing.
  return file.inode !== known.inode || known.ends.head === '' || endsHold(known, file);
}

/** Where the delivered part ends whose first line was edited, also to another length; undefined where its end is not there. */
export async function editedEnd(
  { file }: FileSource,
  { at, firstLine, ends, plain }: KnownFile,
): Promise<number | undefined> {
  if (!plain) return undefined;
  const now = firstLineOf(await file.bytes(0, windowBytes));
  const stored = at.stored + now.bytes - firstLine.bytes;
  if (file.storedBytes < stored || (await storedEnds(file, stored)).tail !== ends.tail) return undefined;
  return stored;
}
