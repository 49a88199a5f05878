import * as zlib from 'node:zlib';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { ColumnKind } from './standard-columns.ts';

/** A column of a table. */
export interface TableColumn {
  readonly name: string;
  readonly kind: ColumnKind;
}

/** Values by column: milliseconds, texts, lists of texts, whole numbers; null for none. */
export type TableRow = Readonly<Record<string, number | string | readonly string[] | null>>;

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

function schemaOf({ name, kind }: TableColumn): SchemaElement[] {
  const optional = { name, repetition_type: 'OPTIONAL' } as const;
  if (kind === 'time') return [{ ...optional, type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' }];
  if (kind === 'integer') return [{ ...optional, type: 'INT64' }];
  if (kind !== 'list') return [{ ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8' }];
  // The three levels that "LIST" of the Parquet format asks for.
  return [
    { ...optional, converted_type: 'LIST', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  ];
}

function storedValue(kind: ColumnKind, value: TableRow[string] | undefined): unknown {
  if (value === null || value === undefined) return null;
  if (kind === 'time') return new Date(value as number);
  return kind === 'integer' ? BigInt(value as number) : value;
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
      ...columns.flatMap((column) => schemaOf(column)),
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

  /** Adds a row; what fills a group is compressed. */
  add(row: TableRow): void {
    this.#group.push(row);
    for (const value of Object.values(row)) this.#chars += typeof value === 'string' ? value.length : 8;
    if (this.#group.length >= groupRows || this.#chars >= groupChars) this.#flush();
  }

  /** Bytes written so far. */
  get bytes(): number {
    return this.#writer.offset;
  }

  #flush(): void {
    if (this.#group.length === 0) return;
    const columnData = this.#columns.map(({ name, kind }) => ({
      name,
      // What a reader skips row groups by; of other columns it is more than it saves.
      statistics: kind === 'time' || kind === 'integer' || name === 'actor',
      offsetIndex: false,
      data: this.#group.map((row) => storedValue(kind, row[name])),
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
