import type { SourcePosition } from '../ledger/source-position.ts';
import type { LinesRecord } from './spool-record.ts';

/** The latest record of each file, by the file's id. */
export type LatestRecords = ReadonlyMap<string, LinesRecord>;

/** The positions of files once lines that lie in the spool are delivered; `known` are those of the ledger. */
export function positionsBehind(
  records: LatestRecords,
  known: readonly SourcePosition[],
  nowMs: number,
): SourcePosition[] {
  const before = new Map(known.map((position) => [position.id, position]));
  return [...records.values()].flatMap(({ file, to, sourceHead }) =>
    file === undefined
      ? []
      : [
          {
            ...file,
            ...to,
            sourceHead,
            unterminated: false,
            delivered: before.get(file.id)?.delivered ?? {},
            seenMs: nowMs,
          },
        ],
  );
}

/** All positions, those of the ledger and, further on, those of what lies in the spool. */
export function readPositions(
  known: readonly SourcePosition[],
  segments: readonly LatestRecords[],
  nowMs: number,
): SourcePosition[] {
  const positions = new Map(known.map((position) => [position.id, position]));
  for (const records of segments)
    for (const position of positionsBehind(records, known, nowMs)) {
      const there = positions.get(position.id);
      if (there === undefined || there.stored < position.stored) positions.set(position.id, position);
    }
  return [...positions.values()];
}
