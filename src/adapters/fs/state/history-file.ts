import type { FileHandle } from 'node:fs/promises';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../replace-file.ts';
import { copyBytes, readUpTo, unlessGone } from './disk-bytes.ts';
import { decodeLine, encodeLine, linesOf } from './journal/journal-lines.ts';
import { makeFolder } from '../make-folder.ts';

const mostBytes = 64 * 1024 * 1024;
const chunkBytes = 1024 * 1024;
const lineEnd = 0x0a;

/**
 * Adds records to a file that keeps what the journal need not hold any more; durable when the promise resolves. Beyond
 * `most` bytes the older half goes. All or nothing: throws what the file system throws, and then none of them is there. One
 * writer at a time.
 */
export async function appendHistory(
  path: string,
  records: Iterable<unknown>,
  most: number = mostBytes,
): Promise<void> {
  await makeFolder(dirname(path), 0o700);
  const file = await open(path, 'a+', 0o600);
  try {
    const before = await cutTail(file);
    if (before === 0) await syncFolder(dirname(path));
    try {
      for (const record of records) await file.appendFile(encodeLine({ fence: 0, synced: 0, record }));
      await file.datasync();
    } catch (error) {
      await file.truncate(before);
      throw error;
    }
    const { size } = await file.stat();
    if (size > most) await dropHalf(path, file, size);
  } finally {
    await file.close();
  }
}

/** The records, oldest first; none where there is no file. Throws where one is damaged, and what the file system throws. */
export async function* readHistory<T>(path: string): AsyncGenerator<T> {
  const file = await open(path, 'r').catch(unlessGone);
  if (file === undefined) return;
  try {
    for await (const { text, start } of linesOf(file)) {
      const line = decodeLine(text);
      if (line === undefined) throw new Error(`it is damaged at byte ${start}`);
      yield line.record as T;
    }
  } finally {
    await file.close();
  }
}

/** Cuts off a record that a kill left without its end; says how many bytes are left. */
async function cutTail(file: FileHandle): Promise<number> {
  const { size } = await file.stat();
  for (let end = size; end > 0;) {
    const from = Math.max(0, end - chunkBytes);
    const last = (await readUpTo(file, from, end - from)).lastIndexOf(lineEnd);
    if (last !== -1) {
      const whole = from + last + 1;
      if (whole < size) await file.truncate(whole);
      return whole;
    }
    end = from;
  }
  if (size > 0) await file.truncate(0);
  return 0;
}

async function dropHalf(path: string, file: FileHandle, size: number): Promise<void> {
  const draft = `${path}.new`;
  const newer = await open(draft, 'w', 0o600);
  try {
    await copyBytes(file, newer, size, await recordBorder(file, Math.floor(size / 2), size));
    await newer.sync();
    await rename(draft, path);
    await syncFolder(dirname(path));
  } catch {
    // No room for a copy: it is dropped another time.
    await rm(draft, { force: true });
  } finally {
    await newer.close();
  }
}

/** Where the first record begins behind a position. */
async function recordBorder(file: FileHandle, from: number, size: number): Promise<number> {
  for (let at = from; at < size; at += chunkBytes) {
    const end = (await readUpTo(file, at, chunkBytes)).indexOf(lineEnd);
    if (end !== -1) return at + end + 1;
  }
  return size;
}
