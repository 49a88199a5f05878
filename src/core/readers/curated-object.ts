import type { ObjectFacts } from './stored-object.ts';

const dayMs = 86_400_000;
const curated =
  /^audit_type=([a-z0-9][a-z0-9-]*)\/event_date=(\d{4}-\d\d-\d\d)\/(\d{8}T\d{9}Z)-([0-9a-f]{32})\.parquet$/;

/** Where the Parquet files of a type and day lie, below the prefix of the store. */
export const curatedFolder = (type: string, date: string): string => `audit_type=${type}/event_date=${date}`;

/** The name of a Parquet file, by its first event and the hash over its sources (64 hex digits): the same on every machine. */
export function parquetName(earliestMs: number, hash: string): string {
  const time = new Date(earliestMs).toISOString().replaceAll(/[-:.]/g, '');
  return `${time}-${hash.slice(0, 32)}.parquet`;
}

/** Whether a key may be that of a file that `compact` made, or one that readers skip. */
export const isParquetName = (key: string): boolean =>
  /(?:^|\/)(?:\d{8}T\d{9}Z-[0-9a-f]{32}\.parquet|[._][^/]*)$/.test(key);

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
