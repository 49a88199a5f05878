import type { Claim } from '../../readers/compaction.ts';
import type { SeenObject } from './check-keys.ts';
import type { CheckBook } from './findings.ts';

/** What lies where `compact` writes. */
export interface Curated {
  /** Keys of Parquet files. */
  files: ReadonlySet<string>;
  claims: readonly Claim[];
}

/** Whether each object of a day that is over is in exactly one Parquet file, and each file is one that was claimed. */
export function checkParquet(
  objects: readonly SeenObject[],
  { files, claims }: Curated,
  { todayMs, book }: { todayMs: number; book: CheckBook },
): void {
  const filesOf = new Map<string, string[]>();
  for (const { file, sources } of claims) {
    if (!files.has(file)) book.add('file-missing', file);
    for (const hash of new Set(sources)) filesOf.set(hash, [...(filesOf.get(hash) ?? []), file]);
  }
  const claimed = new Set(claims.map(({ file }) => file));
  for (const file of files) if (!claimed.has(file)) book.add('unclaimed-file', file);
  for (const { key, hash, dayMs } of objects) {
    const of = filesOf.get(hash) ?? [];
    if (of.length === 0 && dayMs < todayMs) book.add('not-in-parquet', key);
    if (of.length > 1) book.add('in-several-files', `${key}: ${of.join(', ')}`);
  }
}
