import { isAuditExportError } from '../../errors.ts';
import type { SeenFile } from '../files/catalogue.ts';
import { windowBytes } from '../files/known-file.ts';
import type { FileSource } from '../files/look-at-content.ts';
import {
  contentHead,
  endsHold,
  firstLineOf,
  hashOf,
  isBreak,
  moved,
  storedEnds,
  walkContent,
  windowOf,
} from '../files/look-at-content.ts';
import { isSameLog } from '../lines/rotated-name.ts';
import type { SourceAccount, SourcePart } from '../push/source-part.ts';
import type { SourceFile } from '../../ports/sources/source.ts';
import type { KnownFile } from '../../ports/sources/known-file.ts';
import type { FilePart } from '../../ports/state/batch.ts';

const wasCut = 'was cut while it was read';

/** Whether there is something in a file that is to be delivered, or may be. */
export function hasNews({ source: { file }, known, isFinal }: SeenFile): boolean {
  if (known.broken) return true;
  if (!known.plain) return file.storedBytes !== known.at.stored || known.at.stored === 0;
  if (file.storedBytes === 0) return isArchiveName(file.path);
  // What waits for its end is read again when something has come to it, or nothing more will.
  return file.storedBytes !== known.seen || known.at.stored === 0 || (isFinal && known.waiting > 0);
}

/** Whether an archive has no end yet: it grows while it is looked at. */
export async function isBeingWritten({ source: { file }, known }: SeenFile): Promise<boolean> {
  return !known.plain && (await file.grew());
}

/** Whether a file ends with what may be the beginning of a line that ends in the next file of its log, which has news. */
export function waitsForNext({ source, known }: SeenFile, next: SeenFile | undefined): boolean {
  if (known.waiting === 0 || next === undefined || !hasNews(next)) return false;
  return isSameLog(source.file.real, next.source.file.real);
}

/** Nothing is in it, although its name says that something must be: reading it says what is wrong. */
function isArchiveName(path: string): boolean {
  return /\.(?:gz|zst)$/.test(path);
}

/**
 * The part of a file that is new, as its batch knows it again. Throws `source-moved` where the file was cut, also where it was
 * written anew since it was looked at.
 */
export async function beginPart({ source, known, isFinal }: SeenFile): Promise<FilePart> {
  const { file } = source;
  const to = file.storedBytes;
  const head = known.plain ? await file.bytes(0, Math.min(to, windowBytes)) : undefined;
  const seen = head === undefined ? known : { ...known, head: windowOf(head), firstLine: firstLineOf(head) };
  const ends = await storedEnds(file, to);
  const part: FilePart = {
    kind: 'file',
    file: { ...seen, seen: known.plain ? to : known.seen },
    to,
    ends,
    isFinal,
  };
  // In this order: what is known of it is of the content that was just seen.
  if (!(await isSeenTwice(part, file, head)) || !(await endsHold(known, file)))
    throw moved(file.path, wasCut);
  return part;
}

/** Whether a file shows a second time what was just seen of it, up to the part's end. What is no more than its head was read twice. */
async function isSeenTwice(
  part: FilePart,
  { bytes }: SourceFile,
  head: Buffer | undefined,
): Promise<boolean> {
  const { to, ends } = part;
  if (head !== undefined && hashOf(head) !== ends.head) return false;
  if (to === 0 || (head !== undefined && to <= windowBytes)) return (head?.length ?? 0) === to;
  return (await bytes(to - 1, to)).length > 0 && isSameAt(part)(bytes);
}

/** A part in the file that holds its content now. */
export function partIn(part: FilePart, { source, known }: SeenFile): SourcePart {
  const { file: begun, to } = part;
  const { plain } = known;
  const isPlainPart = begun.plain;
  const range = {
    from: plain ? { ...begun.at, stored: begun.at.offset } : { ...begun.at, stored: 0 },
    to:
      plain && !isPlainPart ? source.file.storedBytes : !plain && isPlainPart ? source.file.storedBytes : to,
    ...(isPlainPart && !plain ? { toOffset: to } : {}),
    ...(isPlainPart === plain ? { isSame: isSameAt(part) } : {}),
  };
  return {
    source,
    part: {
      ...range,
      plain,
      checksum: begun.checksum,
      headHash: begun.head.hash,
      format: begun.format,
      skipEnding: begun.unterminated,
      isFinal: part.isFinal,
    },
  };
}

/** Whether a file has the stored bytes of a part, as far as their two ends show it. */
export async function holds(part: FilePart, { file }: FileSource): Promise<boolean> {
  return file.storedBytes >= part.to && isSameAt(part)(file.bytes);
}

/** Answers whether bytes are those of a part and of what is before it, as far as their two ends show it. */
function isSameAt({ to, ends }: FilePart): (bytes: SourceFile['bytes']) => Promise<boolean> {
  return async (bytes) => {
    const now = await storedEnds({ bytes }, to);
    return now.head === ends.head && now.tail === ends.tail;
  };
}

/**
 * Where a file stands once all of a part is durable, but for the lines that are delivered then: found out when it was read
 * and while it is as it was read. A log that was cut and written anew meanwhile gave bytes of both: throws `source-moved`.
 */
export async function standingBehind(
  part: FilePart,
  seen: SeenFile,
  account: SourceAccount,
): Promise<KnownFile> {
  const standing = await standingOf(part, seen, account);
  if (!part.file.plain || !seen.known.plain) return standing;
  const isThere = await holds(part, seen.source).catch(ifGone(true));
  if (!isThere) throw moved(seen.source.file.path, wasCut);
  return standing;
}

/** A file that was renamed since, or can't be read any more, was read itself: what is asked of it can't be said any more. */
function ifGone<T>(otherwise: T): (error: unknown) => T {
  return (error) => {
    if (isBreak(error) || (isAuditExportError(error) && error.code === 'source-moved')) return otherwise;
    throw error;
  };
}

async function standingOf(
  part: FilePart,
  { source, known }: SeenFile,
  account: SourceAccount,
): Promise<KnownFile> {
  const { file: begun } = part;
  const { plain } = known;
  const broken = account.failure !== undefined;
  const offset = begun.at.offset + account.takenBytes;
  // A log that was compressed since may hold more than the part: the next look reads on.
  const stored = plain ? offset : broken || begun.plain ? 0 : source.file.storedBytes;
  return {
    ...begun,
    ...(await headOf(begun, offset, source).catch(ifGone({}))),
    path: known.path,
    real: known.real,
    inode: known.inode,
    plain,
    left: known.left && (plain || stored === 0),
    grew: begun.grew || known.grew,
    at: { stored, offset, lines: account.lines },
    checksum: account.checksum ?? (await walkContent(source, offset, false)).checksum ?? 0,
    ends:
      plain === begun.plain && stored === part.to
        ? part.ends
        : await storedEnds(source.file, stored).catch(ifGone(unknownEnds)),
    seen: begun.at.offset + account.contentBytes,
    waiting: account.waitingBytes,
    format: account.format,
    unterminated: account.isUnterminated,
    broken,
    seenMs: known.seenMs,
  };
}

/** What closes a list of documents may be replaced: by what was delivered a file is known, once something was. */
async function headOf(
  { head, firstLine }: KnownFile,
  offset: number,
  source: FileSource,
): Promise<Partial<Pick<KnownFile, 'head' | 'firstLine'>>> {
  if (offset === 0 || head.bytes <= offset) return { head, firstLine };
  const bytes = (await contentHead(source)).subarray(0, offset);
  return { head: windowOf(bytes), firstLine: firstLineOf(bytes) };
}

/** Ends that no file has: its content is compared as a whole then. */
const unknownEnds = { head: '', tail: '' };
