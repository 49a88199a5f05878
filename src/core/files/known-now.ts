import { beginning, windowBytes } from './known-file.ts';
import type { FileSource } from './look-at-content.ts';
import {
  archiveHead,
  firstLineOf,
  moved,
  noWindow,
  storedEnds,
  walkContent,
  windowOf,
} from './look-at-content.ts';
import type { KnownFile } from '../../ports/sources/known-file.ts';

/** The beginnings of files, each read once; those of archives also where these are listed again. */
export class Heads {
  readonly #heads = new Map<FileSource, Promise<Buffer>>();
  /** By inode, size and time: an archive is not written anew in its place within one look. */
  readonly #archives = new Map<string, Promise<Buffer>>();

  of(source: FileSource): Promise<Buffer> {
    return once(this.#heads, source, () => this.#read(source));
  }

  async #read(source: FileSource): Promise<Buffer> {
    const { inode, storedBytes, modifiedMs } = source.file;
    if (!(await source.file.isCompressed())) return source.file.bytes(0, windowBytes);
    return once(this.#archives, `${inode} ${storedBytes} ${modifiedMs}`, () => archiveHead(source));
  }
}

function once<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  const made = known.get(key) ?? make();
  known.set(key, made);
  return made;
}

export interface Sight {
  heads: Heads;
  /** The time of the look, epoch milliseconds. */
  seenMs: number;
}

/** What is known of a file that was never seen: nothing of it was delivered. */
export async function newlyKnown(source: FileSource, id: string, sight: Sight): Promise<KnownFile> {
  const { file } = source;
  const head = await sight.heads.of(source);
  return {
    id,
    path: file.path,
    real: file.real,
    inode: file.inode,
    at: beginning,
    plain: !(await file.isCompressed()),
    checksum: 0,
    head: windowOf(head),
    firstLine: firstLineOf(head),
    ends: { head: noWindow.hash, tail: noWindow.hash },
    unterminated: false,
    seen: 0,
    waiting: 0,
    format: 'lines',
    grew: false,
    left: false,
    broken: false,
    delivered: {},
    seenMs: sight.seenMs,
  };
}

/** A known file as it stands now, in `source`. `isLeft`: it was rotated away, and may hold lines that are not delivered. */
export async function knownNow(
  source: FileSource,
  before: KnownFile,
  isLeft: boolean,
  sight: Sight,
): Promise<{ known: KnownFile; hasChanged: boolean }> {
  const { file } = source;
  const plain = !(await file.isCompressed());
  const isMoved = file.inode !== before.inode || plain !== before.plain || before.ends.head === '';
  const known: KnownFile = {
    ...before,
    path: file.path,
    real: file.real,
    inode: file.inode,
    plain,
    grew: before.grew || (plain && file.storedBytes > before.seen),
    left: isLeft,
    seenMs: sight.seenMs,
    ...(await settledHead(source, before, sight)),
  };
  delete known.lostMs;
  if (isMoved) await place(source, known);
  // What is compressed and was read to its end is not written to any more.
  if (!plain && known.at.stored === file.storedBytes) known.left = false;
  const hasChanged =
    isMoved || before.path !== known.path || before.lostMs !== undefined || before.left !== known.left;
  return { known, hasChanged };
}

/** Of what was delivered, the beginning will not change; what only was seen may. */
export async function settledHead(
  source: FileSource,
  { at, head: before }: KnownFile,
  { heads }: Sight,
): Promise<Partial<Pick<KnownFile, 'head' | 'firstLine'>>> {
  const settled = at.offset === 0 ? source.file.storedBytes : at.offset;
  if (before.bytes >= Math.min(settled, windowBytes)) return {};
  const head = (await heads.of(source)).subarray(0, settled);
  return { head: windowOf(head), firstLine: firstLineOf(head) };
}

/** Notes where the position is in the file that holds the content now. */
async function place(source: FileSource, known: KnownFile): Promise<void> {
  const { file } = source;
  const { offset, lines } = known.at;
  // Of an archive, the place in its stored bytes is known only where it holds nothing more.
  const isAll = !known.plain && (await walkContent(source, offset, true)).bytes === offset;
  const stored = known.plain ? offset : isAll ? file.storedBytes : 0;
  known.at = { stored, offset, lines };
  known.ends = await storedEnds(file, stored);
  // It was found by its content, before its ends were looked at.
  if (known.plain && (await walkContent(source, offset, false)).checksum !== known.checksum)
    throw moved(file.path, 'was cut while it was looked at');
}

/** What is known of a file that is a copy of all of which so many bytes were delivered. */
export async function knownCopy(
  { file }: FileSource,
  copy: KnownFile,
  { of, bytes: offset, lines, checksum }: { of: KnownFile; bytes: number; lines: number; checksum: number },
): Promise<KnownFile> {
  const { storedBytes: stored } = file;
  return {
    ...copy,
    copyOf: of.id,
    at: { stored, offset, lines },
    checksum,
    seen: offset,
    ends: await storedEnds(file, stored),
    unterminated: of.unterminated && offset === of.at.offset,
  };
}

/** A file that was a copy, and is the file now. */
export function ofItsOwn(copy: KnownFile): KnownFile {
  const known = { ...copy };
  delete known.copyOf;
  return known;
}
