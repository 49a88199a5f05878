import { AuditExportError } from '../../errors.ts';
import { parseCheckpoint } from '../log/checkpoint.ts';
import { isConsistent, TileTree } from '../log/proofs.ts';
import { parseNote } from '../log/signed-note.ts';
import type { FindingBook } from './finding.ts';
import type { CheckedLog } from './log/check-log.ts';

/** The last checkpoint that was seen of a log: the signed note itself, which proves what the log was then. */
export interface RememberedLog {
  note: string;
  /** When it was seen (ISO 8601). */
  at: string;
}

/** What `--remember` keeps: by the id of the log. */
export interface Memory {
  version: 1;
  logs: Record<string, RememberedLog>;
}

/** What the comparison with a remembered checkpoint said. */
export interface Comparison {
  size: number;
  at: string;
  /** Tiles that the proof took; null where it could not be made. */
  tiles: number | null;
}

/** Reads what was remembered. Throws `config-invalid` for a file that is something else. */
export function parseMemory(text: string, file: string): Memory {
  try {
    const memory = JSON.parse(text) as Memory;
    if (memory.version !== 1) throw new Error('it is of another version');
    for (const { note } of Object.values(memory.logs)) parseCheckpoint(parseNote(note).text);
    return memory;
  } catch (error) {
    throw new AuditExportError(
      'config-invalid',
      `${file} is not what --remember keeps: ${(error as Error).message}.`,
      {
        cure: 'Name another file after --remember, or fetch this one from where you have it twice: without it, nothing tells whether the end of a log was cut off.',
        cause: error,
      },
    );
  }
}

/** What to remember from now on. A log that was found shorter, or gone, is remembered as it was. */
export function nextMemory(before: Memory | undefined, logs: readonly CheckedLog[], at: string): Memory {
  const kept: Memory = { version: 1, logs: { ...before?.logs } };
  for (const { id, newest } of logs) {
    const known = kept.logs[id];
    const knownSize = known === undefined ? -1 : sizeOf(known);
    if (newest !== undefined && newest.size >= knownSize) kept.logs[id] = { note: newest.text, at };
  }
  return kept;
}

/** Leaves that a remembered log had. */
export function sizeOf({ note }: RememberedLog): number {
  return parseCheckpoint(parseNote(note).text).size;
}

/** Logs that are gone altogether. */
export function reportGone(memory: Memory, ids: readonly string[], book: FindingBook): void {
  for (const [id, remembered] of Object.entries(memory.logs)) {
    if (ids.includes(id)) continue;
    const message = `The log ${id} had ${sizeOf(remembered)} leaves on ${remembered.at}, and is gone.`;
    book.add({ code: 'log-rolled-back', log: id, message });
  }
}

/**
 * Holds a log against what was seen of it: it is at least as long, and begins with the very same leaves. A few tiles prove that
 * (RFC 6962, 2.1.2).
 */
export async function compareWithMemory(
  remembered: RememberedLog,
  { id, newest, files, roots }: CheckedLog,
  book: FindingBook,
): Promise<Comparison> {
  const older = parseCheckpoint(parseNote(remembered.note).text);
  const comparison = { size: older.size, at: remembered.at };
  if (newest === undefined || newest.size < older.size) {
    const message = `The log had ${older.size} leaves on ${remembered.at}, and has ${newest?.size ?? 'no checkpoint that is signed, and 0'} now.`;
    book.add({ code: 'log-rolled-back', log: id, message });
    return { ...comparison, tiles: null };
  }
  let tiles = 0;
  const tree = new TileTree(newest.size, async (tile) => {
    const { bytes } = await files.hashes(tile);
    tiles++;
    if (bytes === undefined) throw new Error('a tile is missing');
    return bytes;
  });
  const proof = await tree.consistencyProof(older.size).catch(() => undefined);
  const isProven = proof !== undefined && isConsistent(older, newest, proof);
  // Where tiles are damaged, the leaves themselves still tell.
  if (!isProven && roots.get(older.size)?.equals(older.root) !== true)
    book.add({
      code: 'log-forked',
      log: id,
      leaf: older.size - 1,
      message: `The log does not begin with the ${older.size} leaves that it had on ${remembered.at}.`,
    });
  return { ...comparison, tiles: isProven ? tiles : null };
}
