import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

const checksumDigits = 8;
const chunkBytes = 1024 * 1024;
const lineEnd = 0x0a;

/** A record with the fencing number of its writer. */
export interface FencedRecord<T> {
  fence: number;
  record: T;
}

/** A record as it stands in a file: `<CRC-32> <fence> <synced> <JSON>` and a line end. */
interface Line extends FencedRecord<unknown> {
  /** Bytes of the file that had reached the disk when the record was written. */
  synced: number;
}

/** The line for a record. */
export function encodeLine({ fence, synced, record }: Line): Buffer {
  const text = `${fence} ${synced} ${JSON.stringify(record)}`;
  return Buffer.from(`${checksumOf(text)} ${text}\n`);
}

/**
 * The records of a journal, and where the last whole one ends. What a power cut left behind that is cut off. Records of an
 * older fence behind one of a newer are left out: whoever wrote them had lost the journal. Throws where what had reached the
 * disk is not whole any more.
 */
export async function readRecords(
  file: FileHandle,
): Promise<{ records: FencedRecord<unknown>[]; bytes: number }> {
  const records: FencedRecord<unknown>[] = [];
  let bytes = 0;
  let newest = 0;
  for await (const { text, start, end } of linesOf(file)) {
    const whole = decodeLine(text);
    const line = whole ?? lineWithin(text);
    if (line === undefined) continue;
    if (whole === undefined || start !== bytes) {
      // A gap in what was never synced is a power cut; in what was, a broken disk or a stranger.
      if (line.synced > bytes) throw new Error(`it is damaged at byte ${bytes}`);
      continue;
    }
    bytes = end;
    if (line.fence < newest) continue;
    newest = line.fence;
    records.push({ fence: line.fence, record: line.record });
  }
  return { records, bytes };
}

/** Lines with a line end; zeros before one are room that was allocated ahead. */
export async function* linesOf(
  file: FileHandle,
): AsyncGenerator<{ text: string; start: number; end: number }> {
  let rest = Buffer.alloc(0);
  let start = 0;
  for (let at = 0; ;) {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    const { bytesRead } = await file.read(chunk, 0, chunkBytes, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    let text = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    for (;;) {
      const zeros = zerosBefore(text);
      text = text.subarray(zeros);
      start += zeros;
      const end = text.indexOf(lineEnd);
      if (end === -1) break;
      yield { text: text.toString('utf8', 0, end), start, end: start + end + 1 };
      text = text.subarray(end + 1);
      start += end + 1;
    }
    rest = text;
  }
}

/** What a line holds; undefined for one that is not whole. */
export function decodeLine(line: string): Line | undefined {
  const text = line.slice(checksumDigits + 1);
  if (line.slice(0, checksumDigits + 1) !== `${checksumOf(text)} `) return undefined;
  const [, fence, synced, json] = /^(\d+) (\d+) (.*)$/s.exec(text) ?? [];
  if (json === undefined) return undefined;
  return { fence: Number(fence), synced: Number(synced), record: JSON.parse(json) };
}

/** A whole line that a damaged one before it runs into, where its line end is gone. */
function lineWithin(text: string): Line | undefined {
  for (const { index } of text.matchAll(/[\da-f]{8} \d+ \d+ /g)) {
    const line = decodeLine(text.slice(index));
    if (line !== undefined) return line;
  }
  return undefined;
}

/** How many zeros a buffer begins with. */
function zerosBefore(bytes: Buffer): number {
  let zeros = 0;
  while (zeros < bytes.length && bytes[zeros] === 0) zeros++;
  return zeros;
}

function checksumOf(text: string): string {
  return crc32(text).toString(16).padStart(checksumDigits, '0');
}
