import { ownFolder } from '../layout/own-names.ts';
import type { Tile } from './tile-path.ts';
import { tilePath } from './tile-path.ts';

/** Where logs are, below the prefix that is delivered to. Readers of tables skip what begins with `_`. */
export const logFolder = `${ownFolder}/log/`;

const sizeDigits = 20;

/** The origin of a log, which is the name of the key that signs it. */
export function originOf(id: string): string {
  return `audit-export/${id}`;
}

/** The id of a log by its origin; undefined for the origin of another kind of log. */
export function idOf(origin: string): string | undefined {
  return /^audit-export\/([\w-]+)$/.exec(origin)?.[1];
}

/** A tile or bundle, below the prefix. */
export function tileKey(id: string, tile: Tile): string {
  return `${logFolder}${id}/${tilePath(tile)}`;
}

/** The checkpoint of a size: a signed note, written once, which is the truth. */
export function checkpointKey(id: string, size: number): string {
  return `${logFolder}${id}/checkpoints/${padded(size)}`;
}

/** The newest checkpoint once more, where C2SP tlog-tiles has it; only there where somebody may overwrite it. */
export function newestCheckpointKey(id: string): string {
  return `${logFolder}${id}/checkpoint`;
}

/**
 * What comes after the checkpoint of a size (0 for none): the text, unsigned, of the next checkpoint. It is written before
 * anything else of that, and only if nobody has: of two who go on from one size (a state that was copied, or restored from
 * a backup) one alone gets it, so the other never signs what would fork the log.
 */
export function claimKey(id: string, size: number): string {
  return `${logFolder}${id}/claims/${padded(size)}`;
}

/** The note that a writer is at work until a time (epoch milliseconds), with a run. */
export function workingKey(id: string, { untilMs, run }: { untilMs: number; run: string }): string {
  return `${logFolder}${id}/working/${new Date(untilMs).toISOString().replaceAll(/[-:.]/g, '')}-${run}`;
}

/** Until when the writer is at work by the name of `working/<time>-<run>`; undefined for another path. */
export function workingInPath(path: string): { untilMs: number; run: string } | undefined {
  const [, date = '', time = '', run = ''] = /^working\/(\d{8})T(\d{9})Z-([\w-]+)$/.exec(path) ?? [];
  const day = date.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3');
  const untilMs = Date.parse(`${day}T${time.replace(/^(\d\d)(\d\d)(\d\d)(\d{3})$/, '$1:$2:$3.$4')}Z`);
  return Number.isNaN(untilMs) ? undefined : { untilMs, run };
}

/** What a key below the prefix is in which log; undefined for what belongs to no log. */
export function parseLogKey(key: string): { id: string; path: string } | undefined {
  const [, id, path] = /^_audit-export\/log\/([\w-]+)\/(.+)$/.exec(key) ?? [];
  return id === undefined || path === undefined ? undefined : { id, path };
}

/** The size that `checkpoints/<20 digits>` or `claims/<20 digits>` names; undefined for another path. */
export function sizeInPath(folder: 'checkpoints' | 'claims', path: string): number | undefined {
  const digits = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : '';
  return /^\d{20}$/.test(digits) ? Number(digits) : undefined;
}

function padded(size: number): string {
  return String(size).padStart(sizeDigits, '0');
}
