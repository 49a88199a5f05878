import { gzipSync } from 'node:zlib';
import type { ResultTable } from './account-usage.ts';
import type { ColumnType, Value } from './views.ts';

/** A result cut into partitions. */
export interface PagedResult {
  rowType: object[];
  numRows: number;
  partitionInfo: { rowCount: number; uncompressedSize: number; compressedSize?: number }[];
  /** JSON of the rows of each partition: `[[…],…]`. */
  pages: string[];
  /** Bodies of the partitions after the first: `{"data":[[…],…]}`, gzip. */
  bodies: Buffer[];
}

const encoders: Readonly<Record<ColumnType, (value: Exclude<Value, null>) => string>> = {
  text: String as (value: Value) => string,
  fixed: String as (value: Value) => string,
  real: String as (value: Value) => string,
  boolean: (value) => (value === true ? 'true' : 'false'),
  timestamp_ltz: (value) => {
    const ns = value as bigint;
    return `${ns / 1_000_000_000n}.${String(ns % 1_000_000_000n).padStart(9, '0')}`;
  },
  array: (value) => JSON.stringify(value, undefined, 2),
  object: (value) => JSON.stringify(value, undefined, 2),
};

/** All cells are text ("Handling responses", SQL API): numbers in digits, times as seconds and fraction, JSON in lines. */
export function pageResult({ columns, rows }: ResultTable, rowsPerPartition: number): PagedResult {
  const encode = columns.map(({ type }) => encoders[type]);
  const json = (at: number): string =>
    JSON.stringify(
      rows
        .slice(at, at + rowsPerPartition)
        .map((row) => row.map((value, index) => (value === null ? null : encode[index]?.(value)))),
    );
  const first = json(0);
  const result: PagedResult = {
    rowType: columns.map(describe),
    numRows: rows.length,
    partitionInfo: [
      { rowCount: Math.min(rows.length, rowsPerPartition), uncompressedSize: Buffer.byteLength(first) },
    ],
    pages: [first],
    bodies: [],
  };
  for (let at = rowsPerPartition; at < rows.length; at += rowsPerPartition) {
    const page = json(at);
    const body = packPartition(page);
    result.pages.push(page);
    result.bodies.push(body);
    result.partitionInfo.push({
      rowCount: Math.min(rows.length - at, rowsPerPartition),
      uncompressedSize: Buffer.byteLength(page),
      compressedSize: body.length,
    });
  }
  return result;
}

/** The body of a partition, out of the JSON of its rows. */
export function packPartition(page: string): Buffer {
  return gzipSync(`{"data":${page}}`, { level: 1 });
}

function describe({ name, type }: { name: string; type: ColumnType }): object {
  return {
    name,
    database: '',
    schema: '',
    table: '',
    nullable: true,
    type,
    byteLength: type === 'text' ? 16_777_216 : null,
    length: type === 'text' ? 16_777_216 : null,
    precision: type === 'fixed' ? 38 : null,
    scale: type === 'fixed' ? 0 : type === 'timestamp_ltz' ? 9 : null,
    collation: null,
  };
}
