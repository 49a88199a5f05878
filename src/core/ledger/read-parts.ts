import { crc32 } from 'node:zlib';
import { isAuditExportError } from '../../errors.ts';
import type { BatchPart } from './batch.ts';
import type { StandingFile } from './files-standing.ts';
import type { FileSource, FoundPart } from './find-parts.ts';
import { hashEnds, stillHolds } from './recognise-file.ts';
import type { SourcePosition } from './source-position.ts';
import { wasCut } from './was-cut.ts';

/** The checksum of a file up to `stored`, which is its position or behind the line ending that came to it since. */
export function checksumAt(position: SourcePosition, stored: number): number {
  const ending = ['', '\n', '\r\n'][stored - position.stored];
  return ending === undefined ? position.checksum : crc32(ending, position.checksum);
}

/** A log that was cut and written anew while it was read gave bytes of both: nothing of that may be delivered. */
export async function confirmParts(found: readonly FoundPart[]): Promise<void> {
  for (const { part, source } of found) {
    const isThere = await stillHolds({ ...part, stored: part.to }, source.file).catch((error: unknown) => {
      // Renamed since: what was read was read from the file itself.
      if (isAuditExportError(error) && error.code === 'source-moved') return true;
      throw error;
    });
    if (!isThere) throw wasCut(source.file.path);
  }
}

/** Nothing is in it, although its name says that something must be: reading it says what is wrong. */
export function isEmptyArchive({ file }: FileSource): boolean {
  return file.storedBytes === 0 && /\.(?:gz|zst)$/.test(file.path);
}

/** A compressed file that was pushed before it was whole can't be ended as it was begun: it has another end now. */
export async function holdsGrownArchive(found: readonly FoundPart[]): Promise<boolean> {
  for (const { part, source } of found)
    if (source.file.storedBytes > part.to && (await source.file.isCompressed())) return true;
  return false;
}

/** The part of a file that is new, as its batch knows it again. Throws `source-moved` where the file was cut. */
export async function beginPart({ source, id, from }: StandingFile): Promise<BatchPart> {
  const { file } = source;
  const to = file.storedBytes;
  if (to > 0 && (await file.bytes(to - 1, to)).length === 0) throw wasCut(file.path);
  return { id, path: file.path, inode: file.inode, from, to, ...(await hashEnds(file, to)) };
}
