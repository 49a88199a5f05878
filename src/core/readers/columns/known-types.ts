import type { CompiledAuditType } from '../../audit-types/audit-type.ts';
import type { ColumnReaders } from './read-row.ts';
import { buildColumnReaders } from './read-row.ts';
import type { TypeColumns } from './type-columns.ts';
import { columnsOfTypes } from './type-columns.ts';

/** Reads the columns of events, whatever their type. */
export interface EventReader {
  /** The type of an event: that of its key, or what it is recognised as; undefined for none that is known. */
  typeOf: (event: unknown, ofKey: string | undefined) => string | undefined;
  columnsOf: (type: string | undefined) => ColumnReaders;
}

/** Builds the reader of events of these types. An event of no known type has no columns. */
export function buildEventReader(types: readonly CompiledAuditType[]): EventReader {
  const readers = new Map(
    columnsOfTypes(types.map(({ descriptor }) => descriptor)).map((columns) => [
      columns.type,
      buildColumnReaders(columns),
    ]),
  );
  const bare = buildColumnReaders(bareColumns());
  return {
    typeOf: (event, ofKey) =>
      ofKey ??
      (typeof event === 'object' && event !== null
        ? types.find(({ recognise }) => recognise(event))?.descriptor.type
        : undefined),
    columnsOf: (type) => readers.get(type ?? '') ?? bare,
  };
}

function bareColumns(): TypeColumns {
  const [bare] = columnsOfTypes([{ type: '', eventTime: [], id: [] }]);
  return bare as TypeColumns;
}
