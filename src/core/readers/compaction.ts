import { createHash } from 'node:crypto';
import type { ChosenObject } from './find/choose-objects.ts';

const dayMs = 86_400_000;
/** Stored bytes of the sources of one file: with what they unpack to in a row group, the bound of memory. */
const mostSourceBytes = 128 * 1024 * 1024;

/** An object of events whose key says its type. */
export interface TypedObject extends ChosenObject {
  readonly type: string;
}

/** The objects of one type and day. */
export interface SourceDay {
  readonly type: string;
  /** `2026-09-01` */
  readonly date: string;
  readonly objects: readonly TypedObject[];
}

/** A day of a table: which objects its files are made of, and where they lie. */
export interface TableDay {
  /** Where its claims lie: `audit_type=query` and the like. */
  readonly table: string;
  /** The audit type or the class of its events. */
  readonly of: string;
  readonly date: string;
  readonly objects: readonly TypedObject[];
  /** Where its files lie, below the prefix of the target. */
  readonly folder: string;
}

/** What a claim says: these sources go into this file, and into no other. */
export interface Claim {
  readonly claim: 'audit-export-compact';
  readonly version: 1;
  readonly file: string;
  /** Hashes of the sources, as their names have them. */
  readonly sources: readonly string[];
}

/** Groups objects by type and day, in order; those of the same content count once. `undefined` stands for objects whose key says no type, or that may span days. */
export function groupByDay(objects: readonly ChosenObject[]): { days: SourceDay[]; unclear: ChosenObject[] } {
  const days = new Map<string, { type: string; date: string; objects: TypedObject[] }>();
  const unclear: ChosenObject[] = [];
  const seen = new Set<string>();
  for (const object of objects) {
    const { type, earliestMs, beforeMs } = object;
    const dayStart = Math.floor(earliestMs / dayMs) * dayMs;
    if (type === undefined || beforeMs > dayStart + dayMs) {
      unclear.push(object);
      continue;
    }
    const date = new Date(dayStart).toISOString().slice(0, 10);
    const day = days.get(`${date} ${type}`) ?? { type, date, objects: [] };
    if (!seen.has(`${date} ${type} ${object.hash}`)) day.objects.push({ ...object, type });
    seen.add(`${date} ${type} ${object.hash}`);
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

/** The sources in the parts that files are made of, each as large as memory bears. */
export function splitSources<T extends ChosenObject>(objects: readonly T[]): T[][] {
  const parts: T[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const object of objects.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
    if (bytes + object.size > mostSourceBytes) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(object);
    bytes += object.size;
  }
  return parts;
}

/** Where the claims of a table lie, below the prefix of the store that has them. */
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
