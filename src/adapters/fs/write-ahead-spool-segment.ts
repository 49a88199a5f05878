import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import type { CutSettings } from '../../core/follow/cut-settings.ts';
import type { LinesRecord, ReadAt } from '../../core/follow/spool-record.ts';
import { readRecords } from '../../core/follow/spool-record.ts';
import { countLines } from '../../core/follow/whole-lines.ts';
import type { SpooledLines } from '../../ports/write-ahead-spool.ts';
import { damaged, spoolFailed } from './write-ahead-spool-errors.ts';

/** What a segment's file holds. */
export interface FoundSegment {
  fileBytes: number;
  /** Up to the end of the last whole record. */
  wholeBytes: number;
  /** Whether there are lines in it. */
  lines: boolean;
  latest: Map<string, LinesRecord>;
  /** Said by the closing record. */
  cut: CutSettings | undefined;
}

/** Looks through a whole segment, as after a crash. Throws what the file system throws. */
export async function lookThrough(path: string): Promise<FoundSegment> {
  const file = await open(path, 'r');
  try {
    const found: FoundSegment = {
      fileBytes: (await file.stat()).size,
      wholeBytes: 0,
      lines: false,
      latest: new Map(),
      cut: undefined,
    };
    for await (const { record, end } of readRecords(readerOf(file))) {
      found.wholeBytes = end;
      if (record.kind === 'closing') {
        found.cut = record.cut;
        break;
      }
      found.lines = true;
      if (record.file !== undefined) found.latest.set(record.file.id, record);
    }
    return found;
  } finally {
    await file.close();
  }
}

/** Reads the lines of a closed segment, whose records end at `bytes`. Throws `spool-failed`. */
export async function* readSegment(path: string, bytes: number): AsyncGenerator<SpooledLines> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw spoolFailed(path, error);
  });
  let end = 0;
  try {
    for await (const stored of readRecords(readerOf(file))) {
      end = stored.end;
      const { record, payload } = stored;
      if (record.kind === 'closing') break;
      yield { record, payload, lines: countLines(payload) };
    }
  } finally {
    await file.close();
  }
  if (end !== bytes) throw damaged(path);
}

function readerOf(file: FileHandle): ReadAt {
  return async (at, bytes) => {
    const { size } = bytes > 65_536 ? await file.stat() : { size: at + bytes };
    const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(bytes, size - at)));
    let done = 0;
    while (done < buffer.length) {
      const { bytesRead } = await file.read(buffer, done, buffer.length - done, at + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return buffer.subarray(0, done);
  };
}
