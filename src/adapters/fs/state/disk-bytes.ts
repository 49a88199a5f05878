import type { FileHandle } from 'node:fs/promises';

const chunkBytes = 1024 * 1024;

/** Writes all of the bytes at a position. Throws what the file system throws; a part may be written then. */
export async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** Writes zeros from one position to another, so that blocks are there. */
export async function writeZeros(file: FileHandle, from: number, to: number): Promise<void> {
  const zeros = Buffer.alloc(Math.min(chunkBytes, Math.max(0, to - from)));
  for (let at = from; at < to; at += zeros.length)
    await writeAll(file, zeros.subarray(0, Math.min(zeros.length, to - at)), at);
}

/** The bytes from a position on, as many as there are up to `length`. */
export async function readUpTo(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

/** Copies the bytes from `from` (0 by default) up to `to` to the beginning of another file. Throws where there are fewer. */
export async function copyBytes(source: FileHandle, target: FileHandle, to: number, from = 0): Promise<void> {
  for (let at = from; at < to;) {
    const chunk = await readUpTo(source, at, Math.min(chunkBytes, to - at));
    if (chunk.length === 0) throw new Error('the file became shorter while it was copied');
    await writeAll(target, chunk, at - from);
    at += chunk.length;
  }
}

/** Whether an error says that there is no room on the disk, or for this user. */
export function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** For `catch`: undefined where there is no such file; throws every other error again. */
export function unlessGone(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
