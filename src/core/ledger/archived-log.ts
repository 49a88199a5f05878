import { isAuditExportError } from '../../errors.ts';
import type { BatchPart } from './batch.ts';
import type { FileSource } from './find-parts.ts';
import { detectFormat } from '../lines/detect-format.ts';
import { hashOf } from './recognise-file.ts';
import { hashedBytes } from './source-position.ts';

/** As much as tells lines from documents. */
const formatBytes = 65_536;

/**
 * The log that an archive was made of, up to the end of a part of it, as if it still stood there uncompressed: a log that
 * was rotated and compressed since a run was cut short. Undefined where the archive does not begin with it.
 */
export async function archivedLog(part: BatchPart, archive: FileSource): Promise<FileSource | undefined> {
  if (part.to === 0 || !(await archive.file.isCompressed())) return undefined;
  const isIt = await isLogOf(archive, part).catch((error: unknown) => {
    // Damaged, or in a form that this Node can't read: whoever reads it says so.
    if (isAuditExportError(error)) return false;
    throw error;
  });
  return isIt ? logWithin(archive, part.to) : undefined;
}

async function isLogOf(archive: FileSource, part: BatchPart): Promise<boolean> {
  if (!(await beginsWith(archive, part))) return false;
  // Events that were compacted have no place of their own in a file: nothing could be gone on with behind them.
  const head = await bytesOf(archive, 0, Math.min(part.to, formatBytes));
  const { format } = await detectFormat(one(head));
  return format === 'lines';
}

/** Whether what an archive holds begins with the bytes of a part's file up to its end. Reads no further than it must. */
async function beginsWith(archive: FileSource, { to, headHash, tailHash }: BatchPart): Promise<boolean> {
  const hashed = Math.min(to, hashedBytes);
  let head = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  let read = 0;
  for await (const piece of slice(archive, 0, to)) {
    if (head.length < hashed) {
      head = Buffer.concat([head, piece.subarray(0, hashed - head.length)]);
      if (head.length === hashed && hashOf(head) !== headHash) return false;
    }
    tail = Buffer.concat([tail, piece.subarray(-hashed)]).subarray(-hashed);
    read += piece.length;
  }
  return read === to && hashOf(tail) === tailHash;
}

function logWithin(archive: FileSource, length: number): FileSource {
  const { path, inode, modifiedMs } = archive.file;
  return {
    name: archive.name,
    storedBytes: length,
    file: {
      path,
      inode,
      storedBytes: length,
      modifiedMs,
      bytes: (start, end) => bytesOf(archive, start, Math.min(end, length)),
      isCompressed: async () => false,
    },
    async *read(onStoredBytes, range = { start: 0, end: length }) {
      for await (const piece of slice(archive, range.start, Math.min(range.end, length))) {
        onStoredBytes(piece.length);
        yield piece;
      }
    },
  };
}

async function* one(piece: Buffer): AsyncGenerator<Buffer> {
  yield piece;
}

async function bytesOf(archive: FileSource, start: number, end: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of slice(archive, start, end)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

/** Bytes of what an archive holds, from `start` to (not including) `end`. */
async function* slice(archive: FileSource, start: number, end: number): AsyncGenerator<Buffer> {
  let at = 0;
  // That very file, whatever stands there by now.
  for await (const piece of archive.read(() => undefined, { start: 0, end: archive.file.storedBytes })) {
    const from = Math.max(0, start - at);
    const to = Math.min(piece.length, end - at);
    if (from < to) yield piece.subarray(from, to);
    at += piece.length;
    if (at >= end) return;
  }
}
