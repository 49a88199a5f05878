import { createHash } from 'node:crypto';
import type { ChosenObject } from './choose-objects.ts';

const dayMs = 86_400_000;
/** Stored bytes of the sources of one file: with what they unpack to in a row group, the bound of memory. */
const mostSourceBytes = 128 * 1024 * 1024;

/** The objects of one type and day. */
export interface SourceDay {
  readonly type: string;
  /** `2026-09-01` */
  readonly date: string;
  readonly objects: readonly ChosenObject[];
}

/** What a claim says: these sources go into this file, and into no other. */
export interface Claim {
  readonly claim: 'audit-export-compact';
  readonly version: 1;
  readonly file: string;
  /** Hashes of the sources, as their names have them. */
  readonly sources: readonly string[];
}

/** Groups objects by type and day, in order. `undefined` stands for objects whose key says no type, or that may span days. */
export function groupByDay(objects: readonly ChosenObject[]): { days: SourceDay[]; unclear: ChosenObject[] } {
  const days = new Map<string, { type: string; date: string; objects: ChosenObject[] }>();
  const unclear: ChosenObject[] = [];
  for (const object of objects) {
    const { type, earliestMs, beforeMs } = object;
    const dayStart = Math.floor(earliestMs / dayMs) * dayMs;
    if (type === undefined || beforeMs > dayStart + dayMs) {
      unclear.push(object);
      continue;
    }
    const date = new Date(dayStart).toISOString().slice(0, 10);
    const day = days.get(`${date} ${type}`) ?? { type, date, objects: [] };
    day.objects.push(object);
    days.set(`${date} ${type}`, day);
  }
  const sorted = [...days.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  return { days: sorted.map(([, day]) => day), unclear };
}

/** A hash over the hashes of sources, whatever their order: 64 hex digits. */
export function hashOfSources(hashes: readonly string[]): string {
  return createHash('sha256')
    .update([...new Set(hashes)].sort().join('\n'))
    .digest('hex');
}

/** The sources in the parts that files are made of, each as large as memory bears; objects of the same content count once. */
export function splitSources(objects: readonly ChosenObject[]): ChosenObject[][] {
  const parts: ChosenObject[][] = [];
  const seen = new Set<string>();
  let bytes = Number.POSITIVE_INFINITY;
  for (const object of objects.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
    if (seen.has(object.hash)) continue;
    seen.add(object.hash);
    if (bytes + object.size > mostSourceBytes) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(object);
    bytes += object.size;
  }
  return parts;
}

/** Where the claims of a table lie, below the target's prefix. `table` is `audit_type=query` and the like. */
export function claimFolder(table: string, date: string): string {
  return `_audit-export/compact/${table}/event_date=${date}/`;
}

export const claimKey = (folder: string, number: number): string =>
  `${folder}${String(number).padStart(6, '0')}.json`;

/** What says that the file of a claim is stored, and which sources all files of the day hold then. */
export const doneKey = (folder: string, number: number, all: string): string =>
  `${folder}${String(number).padStart(6, '0')}-${all.slice(0, 32)}.done.json`;

/** The claims and ends of a day, by the keys that were listed there. */
export function readClaimKeys(keys: readonly string[]): { claims: number[]; done: Map<number, string> } {
  const claims: number[] = [];
  const done = new Map<number, string>();
  for (const key of keys) {
    const [, number, all] = /\/(\d{6})(?:-([0-9a-f]{32})\.done)?\.json$/.exec(key) ?? [];
    if (number === undefined) continue;
    if (all === undefined) claims.push(Number(number));
    else done.set(Number(number), all);
  }
  return { claims: claims.sort((a, b) => a - b), done };
}
