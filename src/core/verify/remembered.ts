import { AuditExportError } from '../../errors.ts';
import { parseCheckpoint } from '../log/checkpoint.ts';
import { isConsistent, TileTree } from '../log/proofs.ts';
import { parseNote } from '../log/signed-note.ts';
import type { FindingBook } from './finding.ts';
import type { CheckedLog } from './log/check-log.ts';
import type { Lineage } from './log/lineage.ts';

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

/** Who knows of which logs. */
export interface KnownLogs {
  logs: readonly CheckedLog[];
  /** Ids of the keys that the auditor has. */
  known: readonly string[];
  memory: Memory | undefined;
  lineage: Lineage;
}

/**
 * Tells of logs that are gone, or shorter than another log knows them: those that were seen before, those of keys that were given,
 * and those that others go on from. One of which a leaf says that nobody goes on with it may be gone.
 */
export function reportGone(who: KnownLogs, book: FindingBook): void {
  const told = new Set<string>();
  for (const { log, message } of missingLogs(who)) {
    if (told.has(log) || who.lineage.isRetired(log)) continue;
    told.add(log);
    book.add({ code: 'log-rolled-back', log, message });
  }
}

function* missingLogs({
  logs,
  known,
  memory,
  lineage,
}: KnownLogs): Generator<{ log: string; message: string }> {
  const sizes = new Map(logs.map(({ id, newest }) => [id, newest?.size ?? 0]));
  for (const log of known)
    if (!sizes.has(log)) yield { log, message: `The log ${log} of the key after --key is not there.` };
  for (const [log, remembered] of Object.entries(memory?.logs ?? {}))
    if (!sizes.has(log)) {
      const had = `had ${sizeOf(remembered)} leaves on ${remembered.at}`;
      yield { log, message: `The log ${log} ${had}, and is gone.` };
    }
  for (const { log: child, parent: log, size } of lineage.descents) {
    const now = sizes.get(log) ?? 0;
    const message = `The log ${child} goes on from ${size} leaves of ${log}, which has ${now} now.`;
    if (now < size) yield { log, message };
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
