import { AuditExportError, isAuditExportError } from '../../errors.ts';
import type { SeenFile } from '../files/catalogue.ts';
import { windowBytes } from '../files/known-file.ts';
import type { FileSource } from '../files/look-at-content.ts';
import { contentHead, firstLineOf, storedEnds, walkContent, windowOf } from '../files/look-at-content.ts';
import type { SourceAccount, SourcePart } from '../push/source-part.ts';
import type { KnownFile } from '../../ports/known-file.ts';
import type { FilePart } from '../../ports/batch.ts';

/** Whether there is something in a file that is to be delivered, or may be. */
export function hasNews({ source: { file }, known, isFinal }: SeenFile): boolean {
  if (known.broken) return true;
  if (!known.plain) return file.storedBytes !== known.at.stored || known.at.stored === 0;
  if (file.storedBytes === 0) return isArchiveName(file.path);
  // What waits for its end is read again when something has come to it, or nothing more will.
  return file.storedBytes !== known.seen || known.at.stored === 0 || (isFinal && known.waiting > 0);
}

/** Nothing is in it, although its name says that something must be: reading it says what is wrong. */
function isArchiveName(path: string): boolean {
  return /\.(?:gz|zst)$/.test(path);
}

/** The part of a file that is new, as its batch knows it again. Throws `source-moved` where the file was cut. */
export async function beginPart({ source, known, isFinal }: SeenFile): Promise<FilePart> {
  const { file } = source;
  const to = file.storedBytes;
  const head = known.plain ? await file.bytes(0, Math.min(to, windowBytes)) : undefined;
  const seen = head === undefined ? known : { ...known, head: windowOf(head), firstLine: firstLineOf(head) };
  const ends = await storedEnds(file, to);
  if (to > 0 && (await file.bytes(to - 1, to)).length === 0) throw wasCut(file.path);
  return { kind: 'file', file: { ...seen, seen: known.plain ? to : known.seen }, to, ends, isFinal };
}

/** A part in the file that holds its content now; undefined where not all of it is there any more. */
export async function partIn(part: FilePart, { source, known }: SeenFile): Promise<SourcePart | undefined> {
  const { file: begun, to } = part;
  const { plain } = known;
  const isPlainPart = begun.plain;
  if (plain && isPlainPart && !(await holds(part, source))) return undefined;
  const range = {
    from: plain ? { ...begun.at, stored: begun.at.offset } : { ...begun.at, stored: 0 },
    to:
      plain && !isPlainPart ? source.file.storedBytes : !plain && isPlainPart ? source.file.storedBytes : to,
    ...(isPlainPart ? { toOffset: to } : {}),
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

async function holds({ to, ends }: FilePart, { file }: FileSource): Promise<boolean> {
  if (file.storedBytes < to) return false;
  const now = await storedEnds(file, to);
  return now.head === ends.head && now.tail === ends.tail;
}

/** A log that was cut and written anew while it was read gave bytes of both: nothing of that may be delivered. */
export async function confirmPart(part: FilePart, { source, known }: SeenFile): Promise<void> {
  if (!part.file.plain || !known.plain) return;
  const isThere = await holds(part, source).catch((error: unknown) => {
    // Renamed since: what was read was read from the file itself.
    if (isAuditExportError(error) && error.code === 'source-moved') return true;
    throw error;
  });
  if (!isThere) throw wasCut(source.file.path);
}

function wasCut(path: string): AuditExportError {
  return new AuditExportError('source-moved', `${path} was cut while it was read.`, {
    cure: 'Run it again: what was cut off is looked for beside it.',
  });
}

/** Where a file stands once all of a part is durable. */
export async function standingBehind(
  part: FilePart,
  { source, known }: SeenFile,
  account: SourceAccount,
  delivered: Readonly<Record<string, number>>,
): Promise<KnownFile> {
  const { file: begun } = part;
  const { plain } = known;
  const broken = account.failure !== undefined;
  const offset = begun.at.offset + account.takenBytes;
  // A log that was compressed since may hold more than the part: the next look reads on.
  const stored = plain ? offset : broken || begun.plain ? 0 : source.file.storedBytes;
  return {
    ...begun,
    ...(await headOf(begun, offset, source)),
    path: known.path,
    real: known.real,
    inode: known.inode,
    plain,
    left: known.left && (plain || stored === 0),
    grew: begun.grew || known.grew,
    at: { stored, offset, lines: account.lines },
    checksum: account.checksum ?? (await walkContent(source, offset, false)).checksum ?? 0,
    ends: await endsBefore({ source, plain }, stored, part),
    seen: begun.at.offset + account.contentBytes,
    waiting: account.waitingBytes,
    format: account.format,
    unterminated: account.isUnterminated,
    broken,
    delivered,
    seenMs: known.seenMs,
  };
}

/** What closes a list of documents may be replaced: by what was delivered a file is known, once something was. */
async function headOf(
  { head, firstLine }: KnownFile,
  offset: number,
  source: FileSource,
): Promise<Pick<KnownFile, 'head' | 'firstLine'>> {
  if (offset === 0 || head.bytes <= offset) return { head, firstLine };
  const bytes = (await contentHead(source)).subarray(0, offset);
  return { head: windowOf(bytes), firstLine: firstLineOf(bytes) };
}

/** Ends that no file has: its content is compared as a whole then. */
const unknownEnds = { head: '', tail: '' };

/** The file may have been cut, rotated or compressed while it was delivered. */
async function endsBefore(
  { source, plain }: { source: FileSource; plain: boolean },
  stored: number,
  part: FilePart,
): Promise<KnownFile['ends']> {
  if (plain === part.file.plain && stored === part.to) return part.ends;
  try {
    const ends = await storedEnds(source.file, stored);
    return !plain || (await holds(part, source)) ? ends : unknownEnds;
  } catch (error) {
    if (isAuditExportError(error)) return unknownEnds;
    throw error;
  }
}
