import { ocsfColumns } from '../../core/ocsf/columns.ts';
import type { OcsfDay } from '../../core/ocsf/lake.ts';
import type { OcsfSource } from '../../core/ocsf/map-event.ts';
import { caseOf, mapToOcsf } from '../../core/ocsf/map-event.ts';
import { classesOfType } from '../../core/ocsf/mappings.ts';
import type { TypedObject } from '../../core/readers/compaction.ts';
import { LinesByTime } from '../../core/ocsf/lines-by-time.ts';
import { ParquetTable } from '../../core/readers/parquet-table.ts';
import type { MadeFile, TableHost } from './read-sources.ts';
import { metadataOf, readSources } from './read-sources.ts';

/** What reads events, and is told of those that OCSF has no place for. */
export interface OcsfHost extends TableHost {
  read: (line: string, ofKey: string) => OcsfSource | undefined;
  onLeftOut: (object: TypedObject, lines: number) => void;
}

/**
 * Makes the Parquet file of the events of a class, sorted by time. Events of its sources that come to another class are in the file of
 * that one; what has no time comes to none, and is told of once. Throws what `readSources` throws.
 */
export async function writeOcsf(
  { of: name, date, objects }: Pick<OcsfDay, 'of' | 'date'> & { objects: readonly TypedObject[] },
  host: OcsfHost,
): Promise<MadeFile> {
  const { read, onLeftOut, createdBy } = host;
  const byTime = new LinesByTime();
  const leftOut = new Map<TypedObject, number>();
  let lines = 0;
  const sources = await readSources(objects, host, (line, object) => {
    const source = read(line, object.type);
    if (source === undefined || source.row.event_time === null) {
      leftOut.set(object, (leftOut.get(object) ?? 0) + 1);
      return false;
    }
    if (caseOf(source).class !== name) return false;
    byTime.add({ timeMs: source.row.event_time, type: source.type, line });
    lines++;
    return true;
  });
  for (const [object, count] of leftOut) if (classesOfType(object.type)[0] === name) onLeftOut(object, count);
  if (lines === 0) return { body: undefined, lines };
  const table = new ParquetTable(ocsfColumns(name), createdBy);
  for (const { line, type } of byTime.take()) {
    const source = read(line, type);
    const mapped = source === undefined ? undefined : mapToOcsf(source);
    if (mapped !== undefined) table.add({ ...mapped, unmapped: asTexts(mapped['unmapped']) }, line.length);
  }
  return { body: table.finish(metadataOf({ class: name, date }, sources)), lines };
}

/** Members as a map of texts holds them; undefined where there are none. */
function asTexts(members: unknown): Record<string, string> | undefined {
  if (members === undefined) return undefined;
  const entries = Object.entries(members as Record<string, unknown>);
  return Object.fromEntries(
    entries.flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === 'string' ? value : JSON.stringify(value)]],
    ),
  );
}
