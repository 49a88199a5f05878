import { isAuditExportError } from '../../../errors.ts';
import type { StoreReader } from '../../../ports/store/store-reader.ts';
import {
  logFolder,
  newestCheckpointKey,
  parseLogKey,
  sizeInPath,
  workingInPath,
} from '../../log/log-keys.ts';
import { parseTilePath, tileWidth } from '../../log/tile-path.ts';
import type { FindingBook } from '../finding.ts';
import { unprovenOf } from './log-files.ts';

/** The files of one log, as far as they must be known beforehand. */
export interface ListedLog {
  id: string;
  /** Keys of the checkpoints, and of the alias if it is there. */
  checkpoints: string[];
  claims: string[];
  /** Keys of the notes that a writer is at work. */
  working: string[];
  /** Widths of partial tiles and bundles, by `<level>/<index>`. */
  partials: Map<string, number[]>;
  /** Whether all of its files could be listed. */
  isWhole: boolean;
  files: number;
  bytes: number;
}

/** Lists the logs of a store, by id. `known`: ids that are looked for where listing is not allowed. Throws where no log can be found for that. */
export async function listLogs(
  reader: StoreReader,
  known: readonly string[],
  book: FindingBook,
): Promise<ListedLog[]> {
  const logs = new Map<string, ListedLog>();
  try {
    for await (const { key, size } of reader.list(logFolder)) {
      const parsed = parseLogKey(key);
      if (parsed === undefined) continue;
      const log = logs.get(parsed.id) ?? emptyLog(parsed.id);
      logs.set(parsed.id, log);
      log.files++;
      log.bytes += size;
      fileInto(log, key, parsed.path);
    }
  } catch (error) {
    if (!isAuditExportError(error) || error.code !== 'access-denied' || known.length === 0) throw error;
    book.addUnproven(
      unprovenOf(error, 'that there is no other log, no newer checkpoint and no object beside the log'),
    );
    return known.map((id) => ({ ...emptyLog(id), isWhole: false, checkpoints: [newestCheckpointKey(id)] }));
  }
  return [...logs.values()];
}

function emptyLog(id: string): ListedLog {
  return {
    id,
    checkpoints: [],
    claims: [],
    working: [],
    partials: new Map(),
    isWhole: true,
    files: 0,
    bytes: 0,
  };
}

function fileInto(log: ListedLog, key: string, path: string): void {
  if (path === 'checkpoint' || sizeInPath('checkpoints', path) !== undefined) log.checkpoints.push(key);
  else if (sizeInPath('claims', path) !== undefined) log.claims.push(key);
  else if (workingInPath(path) !== undefined) log.working.push(key);
  const tile = parseTilePath(path);
  if (tile === undefined || tile.width === tileWidth) return;
  const name = `${tile.level}/${tile.index}`;
  log.partials.set(name, [...(log.partials.get(name) ?? []), tile.width]);
}

/** Leaves of the newest checkpoint of a log, as its names say; 0 where nothing says it. */
export function newestSize({ checkpoints }: ListedLog): number {
  return Math.max(
    0,
    ...checkpoints.map((key) => sizeInPath('checkpoints', parseLogKey(key)?.path ?? '') ?? 0),
  );
}
