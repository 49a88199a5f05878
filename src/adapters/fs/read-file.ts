import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { AuditExportError } from '../../errors.ts';
import type { StoredRange } from '../../ports/source.ts';

const readBytes = 256 * 1024;

/** A part of a file that must be there as it was: the file with this inode, to its end. */
export interface FixedPart extends StoredRange {
  /** `device:inode`. */
  inode: string;
}

/**
 * Reads a file, or a fixed part of one, always into the same buffer. Throws `source-unreadable` or `source-broken`, and
 * `source-moved` where a fixed part is not there any more: the log was rotated.
 */
export async function* readFile(
  path: string,
  onStoredBytes: (bytes: number) => void,
  part?: FixedPart,
): AsyncGenerator<Buffer> {
  const { start, end } = part ?? { start: 0, end: Number.POSITIVE_INFINITY };
  const file = await openFile(path, part?.inode);
  try {
    const buffer = Buffer.allocUnsafeSlow(readBytes);
    for (let at = start; at < end;) {
      // A pipe or a device has no places: what is read from its beginning is read as it comes.
      const place = start === 0 ? null : at;
      const { bytesRead } = await file.read(buffer, 0, Math.min(readBytes, end - at), place);
      if (bytesRead === 0 && part !== undefined) throw moved(path, 'it was cut while it was read');
      if (bytesRead === 0) return;
      at += bytesRead;
      onStoredBytes(bytesRead);
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    if (error instanceof AuditExportError) throw error;
    throw new AuditExportError(
      'source-broken',
      `${path} could not be read to its end: ${(error as Error).message}.`,
      {
        cure: 'Push it again once it can be read: what is stored already will not be stored twice.',
        cause: error,
      },
    );
  } finally {
    await file.close();
  }
}

/** Opens a file to be read; with an inode, that one and no other. Throws `source-unreadable` and `source-moved`. */
export async function openFile(path: string, inode?: string): Promise<FileHandle> {
  const file = await open(path, 'r').catch((error: unknown) => {
    const isGone = inode !== undefined && (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw isGone ? moved(path, 'it is gone') : unreadable(path, error);
  });
  if (inode === undefined) return file;
  const { dev, ino } = await file.stat({ bigint: true });
  if (`${dev}:${ino}` === inode) return file;
  await file.close();
  throw moved(path, 'another file stands in its place');
}

function moved(path: string, why: string): AuditExportError {
  return new AuditExportError('source-moved', `${path} was rotated while it was to be read: ${why}.`, {
    cure: 'Run it again: it is found where it is now, and what is stored already will not be stored twice.',
  });
}

const meanings: Record<string, string> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EBADF: 'it is not open for reading',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is a file',
  ENAMETOOLONG: 'a name in it is too long',
  ELOOP: 'its links go in circles',
};

/** What stands in a name for bytes that are no UTF-8 (U+FFFD). */
export const notUtf8 = '\ufffd';

/** What to say of a file that can't be opened or looked at. */
export function unreadable(path: string, error: unknown): AuditExportError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const isUnnameable = code === 'ENOENT' && path.includes(notUtf8);
  const why = isUnnameable ? 'its name is not UTF-8' : (meanings[code] ?? (error as Error).message);
  return new AuditExportError('source-unreadable', `${path} can't be read: ${why}.`, {
    cure: isUnnameable
      ? 'Give it a name in UTF-8, or pipe it: audit-export push < FILE.'
      : 'Check the path, and that this user may read it.',
    cause: error,
  });
}
