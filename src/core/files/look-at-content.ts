import { createHash } from 'node:crypto';
import { AuditExportError, isAuditExportError } from '../../errors.ts';
import type { Source, SourceFile, StoredRange } from '../../ports/sources/source.ts';
import { checksumBehind } from '../checksum.ts';
import { windowBytes } from './known-file.ts';
import type { KnownFile, Window } from '../../ports/sources/known-file.ts';

/** A source that is a regular file. */
export type FileSource = Source & { file: SourceFile };

export function isFileSource(source: Source): source is FileSource {
  return source.file !== undefined;
}

/** Whether it stands among the inputs; else it was renamed or deleted, and is held open. */
export function isHere({ file }: FileSource): boolean {
  return file.isAway !== true;
}

/** SHA-256, 32 hex digits. */
export function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}

export const windowOf = (bytes: Buffer): Window => ({ bytes: bytes.length, hash: hashOf(bytes) });

export const noWindow: Window = windowOf(Buffer.alloc(0));

/** The first bytes of a file's content, decompressed; those before the break where it breaks off. */
export async function contentHead(source: FileSource): Promise<Buffer> {
  return (await source.file.isCompressed()) ? archiveHead(source) : source.file.bytes(0, windowBytes);
}

/** The same of a file that is compressed. */
export async function archiveHead(source: FileSource): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of source.read(() => undefined, headRange(source))) {
      pieces.push(Buffer.from(piece));
      bytes += piece.length;
      if (bytes >= windowBytes) break;
    }
  } catch (error) {
    if (!isBreak(error)) throw error;
  }
  return Buffer.concat(pieces).subarray(0, windowBytes);
}

/** An archive is decoded in small blocks where only its beginning is wanted. */
const headRange = ({ file }: FileSource): StoredRange => ({
  start: 0,
  end: file.storedBytes,
  blockBytes: windowBytes,
});

/** The first line of a content, as far as its head shows it. */
export function firstLineOf(head: Buffer): Window {
  const end = head.indexOf(0x0a);
  if (end === -1) return head.length === windowBytes ? windowOf(head) : noWindow;
  return windowOf(head.subarray(0, head[end - 1] === 0x0d ? end - 1 : end));
}

/**
 * The hashes of a file's stored bytes before `stored`. The first line is no part of the end, where there is more: either
 * says by itself whether it was edited.
 */
export async function storedEnds(
  file: Pick<SourceFile, 'bytes'>,
  stored: number,
): Promise<KnownFile['ends']> {
  const first = await file.bytes(0, Math.min(stored, windowBytes));
  const from = lastWindow(first, stored);
  return endsOf(first, from >= stored ? undefined : await file.bytes(from, stored));
}

/** Where the last window of so many bytes begins. */
function lastWindow(first: Buffer, bytes: number): number {
  return Math.max(bytes - windowBytes, first.indexOf(0x0a) + 1);
}

function endsOf(first: Buffer, last: Buffer | undefined): KnownFile['ends'] {
  const head = hashOf(first);
  return { head, tail: last === undefined ? head : hashOf(last) };
}

/** The same of a content's first bytes; undefined where it has fewer. */
export async function contentEnds(source: FileSource, bytes: number): Promise<KnownFile['ends'] | undefined> {
  let passed = 0;
  let first = Buffer.alloc(0);
  let last = Buffer.alloc(0);
  for await (const piece of untilBreak(contentOf(source))) {
    const taken = piece.subarray(0, bytes - passed);
    if (first.length < windowBytes)
      first = Buffer.concat([first, taken.subarray(0, windowBytes - first.length)]);
    last = Buffer.concat([last, taken]).subarray(-windowBytes);
    passed += taken.length;
    if (passed === bytes) break;
  }
  if (passed < bytes) return undefined;
  const from = lastWindow(first, bytes);
  return endsOf(first, from >= bytes ? undefined : last.subarray(from - bytes));
}

/** Whether a file still holds its delivered part, as far as its two ends show it. */
export async function endsHold(
  known: Pick<KnownFile, 'at' | 'ends' | 'plain' | 'head'>,
  file: SourceFile,
): Promise<boolean> {
  const { stored } = known.at;
  if (file.storedBytes < stored) return false;
  if (stored > 0) {
    const ends = await storedEnds(file, stored);
    return ends.head === known.ends.head && ends.tail === known.ends.tail;
  }
  if (!known.plain || known.head.bytes === 0) return true;
  return hashOf(await file.bytes(0, known.head.bytes)) === known.head.hash;
}

/** What a walk through a content found. */
export interface Walked {
  /** CRC-32 of its first bytes; undefined where it has fewer. */
  checksum: number | undefined;
  /** Bytes of the whole content, where it was walked to its end; those before the break where it breaks off. */
  bytes: number;
}

/** Walks through a content: the checksum of its first `bytes` bytes; to its end where `toEnd` is said. */
export async function walkContent(source: FileSource, bytes: number, toEnd: boolean): Promise<Walked> {
  let passed = 0;
  let checksum = 0;
  try {
    for await (const piece of contentOf(source)) {
      const left = bytes - passed;
      if (left > 0) checksum = checksumBehind(checksum, piece.subarray(0, left));
      passed += piece.length;
      if (passed >= bytes && !toEnd) break;
    }
  } catch (error) {
    if (!isBreak(error)) throw error;
  }
  return { checksum: passed >= bytes ? checksum : undefined, bytes: passed };
}

/** Where the line ends that an offset lies in: behind its line feed, or where the content ends. */
export async function lineEndFrom(source: FileSource, offset: number): Promise<number> {
  let passed = 0;
  for await (const piece of contentOf(source)) {
    const from = Math.max(0, offset - 1 - passed);
    const end = from < piece.length ? piece.indexOf(0x0a, from) : -1;
    if (end !== -1) return passed + end + 1;
    passed += piece.length;
  }
  return passed;
}

/**
 * Whether all of one content is the beginning of another; how many bytes and lines it has, and their checksum. `heads`: their
 * first bytes, where these are known; logs that begin with the same line are told apart by them.
 */
export async function isBeginningOf(
  copy: FileSource,
  original: FileSource,
  heads?: { of: (source: FileSource) => Promise<Buffer> },
): Promise<{ bytes: number; lines: number; checksum: number } | undefined> {
  if (heads !== undefined) {
    const head = await heads.of(copy);
    if (!(await heads.of(original)).subarray(0, head.length).equals(head)) return undefined;
  }
  const other = new Comparison(contentOf(original));
  const found = { bytes: 0, lines: 0, checksum: 0 };
  try {
    for await (const piece of untilBreak(contentOf(copy))) {
      if (!(await other.goesOnWith(piece))) return undefined;
      found.bytes += piece.length;
      found.checksum = checksumBehind(found.checksum, piece);
      for (const byte of piece) if (byte === 0x0a) found.lines++;
    }
  } finally {
    await other.close();
  }
  return found;
}

/** A content up to where it ends or breaks off: a copy in the making has no end yet. */
async function* untilBreak(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* content;
  } catch (error) {
    if (!isBreak(error)) throw error;
  }
}

/** A content that is compared piece by piece with another. */
class Comparison {
  readonly #content: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(content: AsyncIterable<Buffer>) {
    this.#content = untilBreak(content)[Symbol.asyncIterator]();
  }

  async goesOnWith(piece: Buffer): Promise<boolean> {
    for (let at = 0; at < piece.length;) {
      if (this.#rest.length === 0) {
        const next = await this.#content.next();
        if (next.done === true) return false;
        this.#rest = next.value;
      }
      const length = Math.min(this.#rest.length, piece.length - at);
      if (piece.compare(this.#rest, 0, length, at, at + length) !== 0) return false;
      this.#rest = this.#rest.subarray(length);
      at += length;
    }
    return true;
  }

  async close(): Promise<void> {
    await this.#content.return?.();
  }
}

function contentOf(source: FileSource): AsyncIterable<Buffer> {
  return source.read(() => undefined);
}

/** What one source fails with and others need not: it is damaged, ends too early, or can't be read here. */
export function isBreak(error: unknown): error is AuditExportError {
  return isAuditExportError(error) && error.code.startsWith('source-') && error.code !== 'source-moved';
}

/** A log was rotated or cut under whoever looked at it. `how`: what happened to it. */
export function moved(path: string, how: string): AuditExportError {
  return new AuditExportError('source-moved', `${path} ${how}.`, {
    cure: 'Run it again: it is found where it is now, and what is stored already will not be stored twice.',
  });
}
