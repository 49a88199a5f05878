import type { FilePart, SourceAccount } from '../push/source-part.ts';
import type { FileSource } from './find-parts.ts';
import type { Mark } from './recognise-file.ts';
import { hashEnds, stillHolds } from './recognise-file.ts';
import type { SourcePosition } from './source-position.ts';
import { wasCut } from './was-cut.ts';

/** A part of a file that was read to its end, with what was counted meanwhile. */
export interface ReadPart {
  id: string;
  source: FileSource;
  part: FilePart;
  account: SourceAccount;
  /** The hashes of the file before the part's end, taken before it was read. */
  ends: Pick<SourcePosition, 'headHash' | 'tailHash'>;
  /** Where the file stood before. */
  before: SourcePosition | undefined;
}

/** Lines taken on from a part, by the name of their audit type. */
export function acceptedByType(
  { accepted }: SourceAccount,
  types: readonly string[],
): Record<string, number> {
  return Object.fromEntries([...accepted].map(([index, lines]) => [types[index] ?? '', lines]));
}

/**
 * Where a file stands once all of a part is durable. A bad last line without a line ending may still be in the writing:
 * the place is before it, so that it is read again when it is whole.
 */
export async function nextPosition(
  { id, source, part, account, ends, before }: ReadPart,
  types: readonly string[],
  nowMs: number,
): Promise<SourcePosition> {
  const { file } = source;
  const { from, to } = part;
  const { isHalf, unread, checksum } = endOf(account);
  const plain = account.format === 'lines' && !(await file.isCompressed());
  // An archive that broke off is not read to its end: it is looked at again.
  const end = account.failure === undefined ? to : to - 1;
  const stored = plain ? from.stored + account.lineBytes - unread : end;
  return {
    id,
    path: file.path,
    inode: file.inode,
    stored,
    offset: from.offset + account.lineBytes - unread,
    lines: account.lines - (isHalf ? 1 : 0),
    ...(stored === to ? ends : await endsBefore(source, stored, { ...ends, stored: to })),
    checksum,
    modifiedMs: file.modifiedMs,
    plain,
    sourceHead: account.headHash,
    unterminated: account.tailBytes > 0 && !isHalf,
    delivered: sum(before?.delivered ?? {}, acceptedByType(account, types)),
    seenMs: nowMs,
  };
}

/** The hashes before a byte of a file that must still be what was read: it may have been cut while it was delivered. */
async function endsBefore(
  { file }: FileSource,
  stored: number,
  whole: Omit<Mark, 'path' | 'inode'>,
): Promise<ReadPart['ends']> {
  const ends = await hashEnds(file, stored);
  if (!(await stillHolds(whole, file))) throw wasCut(file.path);
  return ends;
}

/** What of a source's end is not taken for read. */
function endOf({ endsBadly, tailBytes, checksum = { lines: 0, all: 0 } }: SourceAccount): {
  isHalf: boolean;
  unread: number;
  checksum: number;
} {
  const isHalf = endsBadly && tailBytes > 0;
  return { isHalf, unread: isHalf ? tailBytes : 0, checksum: isHalf ? checksum.lines : checksum.all };
}

/** Adds numbers by name. */
export function sum(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Record<string, number> {
  const total: Record<string, number> = { ...a };
  for (const [name, lines] of Object.entries(b)) total[name] = (total[name] ?? 0) + lines;
  return total;
}

/** Takes numbers by name away; what comes to nothing is left out. */
export function difference(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Record<string, number> {
  const rest = Object.entries(a).map(([name, lines]) => [name, lines - (b[name] ?? 0)] as const);
  return Object.fromEntries(rest.filter(([, lines]) => lines > 0));
}
