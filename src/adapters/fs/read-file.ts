import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { moved } from '../../core/files/look-at-content.ts';
import { AuditExportError } from '../../errors.ts';
import type { StoredRange } from '../../ports/sources/source.ts';

const readBytes = 1024 * 1024;

/**
 * Reads a range of a file that was opened, always into the same buffer. Throws `source-unreadable` or
 * `source-broken`, and `source-moved` where the range is not there any more, or not what is meant: the log was rotated.
 */
export async function* readHandle(
  path: string,
  access: { open: () => Promise<FileHandle>; done: (file: FileHandle) => Promise<void> },
  { range, onStoredBytes }: { range: StoredRange; onStoredBytes: (bytes: number) => void },
): AsyncGenerator<Buffer> {
  const { start, end, blockBytes = readBytes } = range;
  const file = await access.open();
  try {
    const buffer = Buffer.allocUnsafeSlow(Math.min(blockBytes, Math.max(0, end - start)));
    const isSame = async (): Promise<boolean> =>
      (await range.isSame?.((from, to) => bytesOf(file, { start: from, end: to }))) ?? true;
    for (let at = start; at < end;) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, end - at), at);
      if (bytesRead === 0 || !(await isSame())) throw moved(path, 'was cut while it was read');
      at += bytesRead;
      onStoredBytes(bytesRead);
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw error instanceof AuditExportError ? error : broken(path, error);
  } finally {
    await access.done(file);
  }
}

/** What an open file holds between two places; fewer bytes where it ends before. */
export async function bytesOf(file: FileHandle, { start, end }: StoredRange): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.max(0, end - start));
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, start + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

/** Opens a file to be read; with an inode, that one and no other. Throws `source-unreadable` and `source-moved`. */
export async function openFile(path: string, inode?: string): Promise<FileHandle> {
  const file = await open(path, 'r').catch((error: unknown) => {
    const isGone = inode !== undefined && (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw isGone ? moved(path, 'is gone since it was looked at') : unreadable(path, error);
  });
  if (inode === undefined) return file;
  const { dev, ino } = await file.stat({ bigint: true });
  if (`${dev}:${ino}` === inode) return file;
  await file.close();
  throw moved(path, 'is another file since it was looked at');
}

/** What to say of a file of which not all can be read. */
export function broken(path: string, error: unknown): AuditExportError {
  return new AuditExportError(
    'source-broken',
    `${path} could not be read to its end: ${(error as Error).message}.`,
    {
      cure: 'Push it again once it can be read: what is stored already will not be stored twice.',
      cause: error,
    },
  );
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
