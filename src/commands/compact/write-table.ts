import type { TableDay, TypedObject } from '../../core/readers/compaction.ts';
import type { EventReader } from '../../core/readers/columns/known-types.ts';
import type { TableColumn } from '../../core/readers/parquet-table.ts';
import { ParquetTable } from '../../core/readers/parquet-table.ts';
import { parseOrText, readRow } from '../../core/readers/columns/read-row.ts';
import { standardColumns } from '../../core/readers/columns/standard-columns.ts';
import type { MadeFile, TableHost } from './read-sources.ts';
import { metadataOf, readSources } from './read-sources.ts';

const shapes = {
  time: 'instant',
  text: 'text',
  list: { list: 'text' },
  integer: 'long',
  json: 'text',
} as const;
const searched = new Set(['event_time', 'actor', 'rows']);

const columns: readonly TableColumn[] = standardColumns.map(({ name, kind }) => ({
  name,
  shape: shapes[kind],
  isSearched: searched.has(name),
}));

/** Makes the Parquet file of an audit type's sources, in the order of keys and lines. Throws what `readSources` throws. */
export async function writeTable(
  { of: type, date, objects }: Pick<TableDay, 'of' | 'date'> & { objects: readonly TypedObject[] },
  { events, withRaw }: { events: EventReader; withRaw: boolean },
  host: TableHost,
): Promise<MadeFile> {
  const table = new ParquetTable(
    withRaw ? [...columns, { name: 'line', shape: 'text' }] : columns,
    host.createdBy,
  );
  const readers = events.columnsOf(type);
  let lines = 0;
  const sources = await readSources(objects, host, (line) => {
    const row = readRow(readers, parseOrText(line));
    table.add(withRaw ? { ...row, line } : { ...row }, line.length);
    lines++;
    return true;
  });
  return { body: table.finish(metadataOf({ type, date }, sources)), lines };
}
