import type { ObjectFacts } from './stored-object.ts';

const dayMs = 86_400_000;
const curated =
  /^audit_type=([a-z0-9][a-z0-9-]*)\/event_date=(\d{4}-\d\d-\d\d)\/(\d{8}T\d{9}Z)-([0-9a-f]{32})\.parquet$/;

/** What makes the key of a Parquet file: its type, its day, its first event, and the hash over its sources (64 hex digits). */
export interface CuratedName {
  type: string;
  /** `2026-09-01` */
  date: string;
  earliestMs: number;
  hash: string;
}

/** The key of a Parquet file, below the prefix of the store: the same sources give the same key on every machine. */
export function curatedKey({ type, date, earliestMs, hash }: CuratedName): string {
  return `audit_type=${type}/event_date=${date}/${parquetName(earliestMs, hash)}`;
}

/** The name of a Parquet file, by its first event and the hash over its sources. */
export function parquetName(earliestMs: number, hash: string): string {
  const time = new Date(earliestMs).toISOString().replaceAll(/[-:.]/g, '');
  return `${time}-${hash.slice(0, 32)}.parquet`;
}

/** Builds the function that reads such keys; undefined for others. */
export function buildCuratedKeyReader(): (
  key: string,
) => (ObjectFacts & { type: string; date: string }) | undefined {
  return (key) => {
    const [, type, date, , hash] = curated.exec(key) ?? [];
    if (type === undefined || date === undefined || hash === undefined) return undefined;
    const earliestMs = Date.parse(`${date}T00:00:00Z`);
    return { type, date, earliestMs, beforeMs: earliestMs + dayMs, hash };
  };
}
