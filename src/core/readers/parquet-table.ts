import * as zlib from 'node:zlib';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';

/**
 * What a column holds: a text, a whole number of 32 or 64 bits, an instant (epoch milliseconds), texts by name, a list, or members of
 * their own. Nothing of it must be there.
 */
export type Shape =
  | 'text'
  | 'int'
  | 'long'
  | 'instant'
  | 'map'
  | { readonly list: Shape }
  | { readonly members: Readonly<Record<string, Shape>> };

/** A column of a table. */
export interface TableColumn {
  readonly name: string;
  readonly shape: Shape;
  /** Whether readers skip row groups by it; of most columns that costs more than it saves. */
  readonly isSearched?: boolean;
}

/** Values by column, as their shapes have them; what is missing is null. */
export type TableRow = Readonly<Record<string, unknown>>;

/** Rows and text of a row group: what is held in memory beside the file itself. */
const groupRows = 50_000;
const groupChars = 32 * 1024 * 1024;

/** Node has zstd from 22.15 and 23.8 on. */
const zstd = (zlib as { zstdCompressSync?: (bytes: Uint8Array, options?: object) => Uint8Array })
  .zstdCompressSync;
const codec = zstd === undefined ? 'GZIP' : 'ZSTD';
/** ZSTD_c_compressionLevel (zstd.h). */
const zstdLevel = 100;
const compressors = {
  GZIP: (bytes: Uint8Array) => zlib.gzipSync(bytes, { level: 9, memLevel: 9 }),
  ...(zstd === undefined ? {} : { ZSTD: (bytes: Uint8Array) => zstd(bytes, { params: { [zstdLevel]: 9 } }) }),
};

const scalars = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  int: { type: 'INT32' },
  long: { type: 'INT64' },
  instant: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
} as const;

/** The elements of a column: those of lists and maps have the levels that "LogicalTypes" of the Parquet format asks for. */
function schemaOf(name: string, shape: Shape): SchemaElement[] {
  const optional = { name, repetition_type: 'OPTIONAL' } as const;
  if (shape === 'map')
    return [
      { ...optional, converted_type: 'MAP', num_children: 1 },
      { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
      { name: 'key', repetition_type: 'REQUIRED', ...scalars.text },
      { name: 'value', repetition_type: 'OPTIONAL', ...scalars.text },
    ];
  if (typeof shape === 'string') return [{ ...optional, ...scalars[shape] }];
  if ('list' in shape)
    return [
      { ...optional, converted_type: 'LIST', num_children: 1 },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      ...schemaOf('element', shape.list),
    ];
  const members = Object.entries(shape.members);
  return [
    { ...optional, num_children: members.length },
    ...members.flatMap(([member, inner]) => schemaOf(member, inner)),
  ];
}

/** A value as the writer takes it. */
function storedValue(shape: Shape, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (shape === 'instant') return new Date(value as number);
  if (shape === 'long') return BigInt(value as number);
  if (typeof shape === 'string') return value;
  if ('list' in shape) return (value as unknown[]).map((item) => storedValue(shape.list, item));
  const members = Object.entries(shape.members);
  return Object.fromEntries(
    members.map(([name, inner]) => [name, storedValue(inner, (value as TableRow)[name])]),
  );
}

/**
 * Writes a Parquet file in memory, a row group at a time. The same rows and metadata give the same bytes under the same version of
 * Node, which decides on the compression: zstd where it has it, else gzip.
 */
export class ParquetTable {
  readonly #columns: readonly TableColumn[];
  readonly #writer = new ByteWriter();
  readonly #parquet: ParquetWriter;
  readonly #metadata: { key: string; value: string }[] = [];
  #group: TableRow[] = [];
  #chars = 0;

  constructor(columns: readonly TableColumn[], createdBy: string) {
    this.#columns = columns;
    const schema: SchemaElement[] = [
      { name: 'root', num_children: columns.length },
      ...columns.flatMap(({ name, shape }) => schemaOf(name, shape)),
    ];
    this.#parquet = new ParquetWriter({
      writer: this.#writer,
      schema,
      codec,
      compressors,
      kvMetadata: this.#metadata,
      createdBy,
    });
  }

  /** Adds a row that holds about so much text; what fills a group is compressed. */
  add(row: TableRow, chars: number): void {
    this.#group.push(row);
    this.#chars += chars;
    if (this.#group.length >= groupRows || this.#chars >= groupChars) this.#flush();
  }

  #flush(): void {
    if (this.#group.length === 0) return;
    const columnData = this.#columns.map(({ name, shape, isSearched = false }) => ({
      name,
      statistics: isSearched,
      offsetIndex: false,
      data: this.#group.map((row) => storedValue(shape, row[name])),
    }));
    // The writer is in memory: nothing is waited for.
    void this.#parquet.write({ columnData, rowGroupSize: groupRows });
    this.#group = [];
    this.#chars = 0;
  }

  /** Ends the file with its key-value metadata, and answers with its bytes. */
  finish(metadata: Readonly<Record<string, string>>): Buffer {
    this.#flush();
    this.#metadata.push(...Object.entries(metadata).map(([key, value]) => ({ key, value })));
    void this.#parquet.finish();
    return Buffer.from(this.#writer.getBuffer());
  }
}
