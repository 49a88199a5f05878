import type { AuditExportError } from '../../errors.ts';
import type { FilePart } from '../../ports/state/batch.ts';
import type { StoredRange } from '../../ports/sources/source.ts';
import type { SeenFile } from '../files/catalogue.ts';
import { windowBytes } from '../files/known-file.ts';
import type { FileSource } from '../files/look-at-content.ts';
import { isBreak, storedEnds } from '../files/look-at-content.ts';
import type { KnownFile } from '../../ports/sources/known-file.ts';
import { beginPart } from './file-parts.ts';

/**
 * The part of a file that is new, as far as it can be read: where its end can't be looked at, what is before the break, and
 * the reading of it ends with what is wrong. Nothing where there is nothing before. Throws `source-moved` as `beginPart` does.
 */
export async function beginReadable(
  seen: SeenFile,
): Promise<{ part: FilePart; seen: SeenFile } | { error: AuditExportError }> {
  try {
    return { part: await beginPart(seen), seen };
  } catch (error) {
    if (!isBreak(error)) throw error;
    const source = await untilBreak(seen.source, seen.known.at.stored, error);
    return source === undefined ? { error } : beginReadable({ ...seen, source });
  }
}

/** Files as far as they can be read; those are told and left out of which nothing can be, or not what was delivered. */
export async function readableFiles(
  given: readonly FileSource[],
  known: readonly KnownFile[],
  onUnreadable: (source: FileSource, error: AuditExportError) => void,
): Promise<FileSource[]> {
  const readable: FileSource[] = [];
  for (const source of given) {
    const { file } = source;
    const delivered = known
      .filter(({ inode }) => inode === file.inode)
      .map(({ at }) => Math.min(at.stored, file.storedBytes));
    const from = Math.max(0, ...delivered);
    let canReadDelivered = false;
    try {
      for (const stored of delivered) await storedEnds(file, stored);
      canReadDelivered = true;
      await storedEnds(file, file.storedBytes);
      readable.push(source);
    } catch (error) {
      if (!isBreak(error)) throw error;
      const before = canReadDelivered ? await untilBreak(source, from, error) : undefined;
      if (before === undefined) onUnreadable(source, error);
      else readable.push(before);
    }
  }
  return readable;
}

/**
 * A file up to where it can't be read, as if it ended there, but for that reading it ends with the error. Undefined where
 * nothing of it can be read, or nothing is wrong with it behind `from`, where stored bytes before are known to be readable.
 */
async function untilBreak(
  source: FileSource,
  from: number,
  error: AuditExportError,
): Promise<FileSource | undefined> {
  const { file } = source;
  const end = await readableEnd(file, from);
  if (end === 0 || end === file.storedBytes) return undefined;
  return {
    ...source,
    storedBytes: end,
    file: { ...file, storedBytes: end, bytes: (start, to) => file.bytes(start, Math.min(to, end)) },
    read: (onStoredBytes, range) => readTo(source, { onStoredBytes, range, end, error }),
  };
}

/** Behind the last window that can be read, before the first that can't. */
async function readableEnd({ bytes, storedBytes }: FileSource['file'], from: number): Promise<number> {
  const canRead = async (window: number): Promise<boolean> => {
    try {
      await bytes(window * windowBytes, Math.min((window + 1) * windowBytes, storedBytes));
      return true;
    } catch (error) {
      if (!isBreak(error)) throw error;
      return false;
    }
  };
  let readable = Math.floor(from / windowBytes);
  let broken = Math.ceil(storedBytes / windowBytes);
  // The last bytes that are looked at may begin in the last window but one.
  for (let window = broken - 1; window >= Math.max(readable, broken - 2); window--)
    if (!(await canRead(window))) broken = window;
  while (readable < broken) {
    const middle = Math.floor((readable + broken) / 2);
    if (await canRead(middle)) readable = middle + 1;
    else broken = middle;
  }
  return Math.min(Math.max(readable * windowBytes, from), storedBytes);
}

async function* readTo(
  source: FileSource,
  {
    onStoredBytes,
    range = { start: 0, end: Infinity },
    ...broken
  }: {
    onStoredBytes: (bytes: number) => void;
    range: StoredRange | undefined;
    end: number;
    error: AuditExportError;
  },
): AsyncGenerator<Buffer> {
  const { end } = range;
  try {
    yield* source.read(onStoredBytes, { ...range, end: Math.min(end, broken.end) });
  } catch (error) {
    // An archive that is cut there says that it ends too early: why is known better.
    if (!isBreak(error) || end < broken.end) throw error;
  }
  if (end >= broken.end) throw broken.error;
}
