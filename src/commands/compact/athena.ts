import { mostPartitions, unloadStatement } from '../../core/consumers/athena/unload.ts';
import { parseLayout } from '../../core/layout/layout.ts';
import type { ChosenObject } from '../../core/readers/find/choose-objects.ts';
import { chooseObjects } from '../../core/readers/find/choose-objects.ts';
import type { SourceDay } from '../../core/readers/compaction.ts';
import { groupByDay } from '../../core/readers/compaction.ts';
import type { WantedObjects } from '../../core/readers/stored-object.ts';
import { scanPrice } from '../../core/report/prices.ts';
import { AuditExportError } from '../../errors.ts';
import type { QueryEngine } from '../../ports/query-engine.ts';
import type { StoreReader } from '../../ports/store/store-reader.ts';

/** What `compact --engine athena` did; `--json` prints it as it is. Shape: schemas/compact-athena.schema.json. */
export interface CompactAthenaReport {
  report: 'compact-athena';
  version: 1;
  store: string;
  target: string;
  /** What Athena ran; null where there was nothing to write. */
  statement: string | null;
  /** Days with events, counted for each type: each becomes a partition. */
  days: number;
  sources: number;
  /** Stored bytes of the sources, as the listing has them. */
  sourceBytes: number;
  /** What Athena says of it; its price is without tax. */
  query: { id: string; scannedBytes: number; usd: number; milliseconds: number } | null;
  /** Objects that no table shows. */
  failures: { key: string; message: string }[];
}

export interface UnloadRequest extends WantedObjects {
  layout: string;
  database: string;
}

/** What it needs of the world. */
export interface UnloadHost {
  reader: StoreReader;
  /** Where Athena writes: empty, or Athena refuses. */
  target: StoreReader;
  engine: QueryEngine;
  signal: AbortSignal;
  /** Told of the statement before it runs. */
  onStatement: (statement: string) => void;
}

const dayMs = 86_400_000;
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/**
 * Has Athena write the events of whole days as Parquet, by one UNLOAD over the views that `consumers athena` makes, into an empty place. Throws
 * `usage` where Athena can't do it in one, and `query-failed`.
 */
export async function compactByAthena(
  request: UnloadRequest,
  { reader, target, engine, signal, onStatement }: UnloadHost,
): Promise<CompactAthenaReport> {
  for await (const { key } of target.list(''))
    throw new AuditExportError('usage', `There is something in ${target.location} already: ${key}.`, {
      cure: 'Athena writes into an empty place only: name another one after --to. What compact wrote itself goes on with compact.',
    });
  const objects: ChosenObject[] = [];
  for await (const object of chooseObjects(reader, request.layout, request)) objects.push(object);
  const { days, unclear } = groupByDay(objects);
  const statement = statementFor(days, request, target.location);
  const answer =
    statement === undefined
      ? undefined
      : (onStatement(statement), await engine.run(statement, request.database, signal));
  const sources = days.flatMap((day) => day.objects);
  return {
    report: 'compact-athena',
    version: 1,
    store: reader.location,
    target: target.location,
    statement: statement ?? null,
    days: days.length,
    sources: sources.length,
    sourceBytes: sources.reduce((sum, { size }) => sum + size, 0),
    query:
      answer === undefined
        ? null
        : {
            id: answer.id,
            scannedBytes: answer.scannedBytes,
            usd: scanPrice(answer.scannedBytes),
            milliseconds: answer.milliseconds,
          },
    failures: unclear.map(({ key }) => ({
      key,
      message: 'no table shows it: its key does not say its type and day by the layout (--layout)',
    })),
  };
}

function statementFor(
  days: readonly SourceDay[],
  { layout, database }: UnloadRequest,
  location: string,
): string | undefined {
  const [first, last] = [days[0]?.date, days.at(-1)?.date];
  if (first === undefined || last === undefined) return undefined;
  if (days.length > mostPartitions) {
    const fits = days.findLast(({ date }) => date < (days[mostPartitions]?.date ?? ''))?.date ?? first;
    throw new AuditExportError(
      'usage',
      `There are ${days.length} days (of one type each), and Athena writes ${mostPartitions} at most by one statement.`,
      {
        cure: `Name fewer, such as --until ${fits}, or some types with --type; the rest goes to another place by another run.`,
      },
    );
  }
  const statement = unloadStatement({
    database,
    layout: parseLayout(layout),
    types: [...new Set(days.map(({ type }) => type))].sort(),
    first,
    before: dayOf(Date.parse(last) + dayMs),
    to: `${location}/`,
  });
  if (statement === undefined)
    throw new AuditExportError('usage', `The layout ${layout} files no days.`, {
      cure: 'Athena is told by partitions what to read: use compact without --engine athena.',
    });
  return statement;
}
