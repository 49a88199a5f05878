import type { FileHandle } from 'node:fs/promises';
import { link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../../replace-file.ts';
import { copyBytes, isDiskFull, unlessGone, writeZeros } from '../disk-bytes.ts';
import type { FencedRecord } from './journal-lines.ts';
import { readRecords } from './journal-lines.ts';
import type { NumberedFile } from './numbered-files.ts';
import { numberedFiles, numberedPath, removeOlder } from './numbered-files.ts';

/** Room is allocated ahead in such steps. */
export const stepBytes = 256 * 1024;
/** What a file is called that its writer lost: nothing that is added to it afterwards counts. */
export const sealed = '.sealed';
/** What a file is called that is not whole yet. */
export const unfinished = '.new';
const tries = 10;

/** Somebody else took the journal over or wrote to it: this process must store nothing more. */
export class LostOwnership extends Error {
  constructor(path: string, why: string) {
    super(`${path}: ${why}`);
    this.name = 'LostOwnership';
  }
}

/** A journal's file, and what is in it. */
export interface Taken {
  file: FileHandle;
  path: string;
  records: FencedRecord<unknown>[];
  /** Where the last whole record ends. */
  bytes: number;
}

/** The file that counts: of the highest number; a sealed one before one that its writer put back afterwards. */
export async function newestJournal(path: string): Promise<NumberedFile | undefined> {
  return (await numberedFiles(path)).find(({ suffix }) => suffix === '' || suffix === sealed);
}

/**
 * Takes the journal over. The file of the writer before is sealed (renamed, so that it finds out at its next append), then
 * copied to a file of this fence: whoever was frozen in the middle of writing writes to a file that nobody reads any more.
 * Throws `LostOwnership` where a newer fence is there, and what the file system throws.
 */
export async function takeOver(path: string, fence: number): Promise<Taken> {
  for (let left = tries; left > 0; left--) {
    const before = await newestJournal(path);
    if (before !== undefined && before.number >= fence)
      throw new LostOwnership(path, `it is kept by fence ${before.number}, which is not before ${fence}`);
    const from = before === undefined ? undefined : await seal(before);
    if (before !== undefined && from === undefined) continue;
    const taken = await takeCopy(path, fence, from);
    if (taken === undefined) continue;
    const rival = await rivalOf(path, fence, before?.number ?? 0);
    if (rival === undefined) {
      await removeOlder(path, fence);
      return taken;
    }
    await taken.file.close();
    await rm(taken.path, { force: true });
    if (rival.number > fence) throw new LostOwnership(path, `fence ${rival.number} took it over`);
  }
  throw new LostOwnership(path, 'others take it over again and again');
}

/** Where a writer's file is once nothing that it adds counts any more; undefined if another sealed or removed it. */
async function seal({ path, suffix }: NumberedFile): Promise<string | undefined> {
  if (suffix === sealed) return path;
  const isSealed = await rename(path, path + sealed).then(() => true, unlessGone);
  return isSealed === true ? path + sealed : undefined;
}

/** A journal that appeared while ours was made. */
async function rivalOf(path: string, fence: number, before: number): Promise<NumberedFile | undefined> {
  const files = await numberedFiles(path);
  return files.find(({ number, suffix }) => suffix !== unfinished && number !== fence && number > before);
}

/** Undefined where another took over meanwhile and removed what was sealed. */
async function takeCopy(path: string, fence: number, from: string | undefined): Promise<Taken | undefined> {
  const target = numberedPath(path, fence);
  if (from === undefined) return { ...(await copyTo(path, fence)), path: target, records: [], bytes: 0 };
  const source = await open(from, 'r+').catch(unlessGone);
  if (source === undefined) return undefined;
  let kept = false;
  try {
    const { records, bytes } = await readRecords(source);
    try {
      const copy = await copyTo(path, fence, { file: source, bytes });
      return { ...copy, path: target, records, bytes };
    } catch (error) {
      if (!isDiskFull(error)) throw error;
    }
    // The room of the old file is all there is: it goes on under the new name.
    const { size } = await source.stat();
    await writeZeros(source, bytes, size);
    await link(from, target);
    await syncFolder(dirname(path));
    kept = true;
    return { file: source, path: target, records, bytes };
  } finally {
    if (!kept) await source.close();
  }
}

async function copyTo(
  path: string,
  fence: number,
  source?: { file: FileHandle; bytes: number },
): Promise<{ file: FileHandle }> {
  return putInPlace(path, fence, async (file) => {
    if (source !== undefined) await copyBytes(source.file, file, source.bytes);
    const bytes = source?.bytes ?? 0;
    await writeZeros(file, bytes, bytes + stepBytes);
  });
}

/** Makes the file of this fence anew: whole and on disk under its name, or not at all. */
export async function putInPlace(
  path: string,
  fence: number,
  fill: (file: FileHandle) => Promise<void>,
): Promise<{ file: FileHandle }> {
  const draft = numberedPath(path, fence, unfinished);
  const file = await open(draft, 'w+', 0o600);
  try {
    await fill(file);
    await file.sync();
    await rename(draft, numberedPath(path, fence));
    await syncFolder(dirname(path));
    return { file };
  } catch (error) {
    await file.close();
    await rm(draft, { force: true });
    throw error;
  }
}
