import { createGunzip } from 'node:zlib';
import { AuditExportError } from '../../errors.ts';
import type { SnowflakeRow } from '../../ports/snowflake.ts';
import { isGzip } from './caller.ts';
import { RowScanner } from './row-scanner.ts';
import type { Answer } from './transport.ts';

/** What Snowflake says of a partition: `partitionInfo` of the SQL API reference. */
export interface PartitionInfo {
  rowCount: number;
  uncompressedSize: number;
  compressedSize?: number;
}

/** A result, and how to get the rest of it. */
export interface PartitionedResult {
  what: string;
  /** Rows of partition 0, which came with the first answer. */
  first: readonly SnowflakeRow[];
  partitions: readonly PartitionInfo[];
  fetch: (index: number, signal: AbortSignal) => Promise<Answer>;
}

/** Partitions asked for before their turn, and compressed bytes that may lie about because of it. */
const ahead = 3;
const aheadBytes = 64 * 1024 * 1024;

/** How much is decoded at a time: the size of a batch. */
const batchBytes = 256 * 1024;

/**
 * The rows of a result in order. Compressed partitions are fetched ahead of their turn, and decoded in theirs, so that
 * memory is bounded by their compressed size. Throws what `fetch` throws, and `snowflake-failed` where a partition does
 * not have the rows that it should.
 */
export async function* readRows(result: PartitionedResult): AsyncGenerator<readonly SnowflakeRow[]> {
  const { partitions, first } = result;
  const expected = partitions[0]?.rowCount ?? first.length;
  if (first.length !== expected) throw incomplete(result.what, 0, { expected, came: first.length });
  if (first.length > 0) yield asText(first);
  const stop = new AbortController();
  const queue: Fetching[] = [];
  const fill = (from: number): void => fillQueue(result, { queue, from, signal: stop.signal });
  try {
    for (let index = 1; index < partitions.length; index++) {
      fill(index);
      const answer = await queue.shift()?.answer;
      if (answer === undefined) return;
      // While this one is decoded, the next ones are on their way.
      fill(index + 1);
      yield* readPartition(result, index, answer);
    }
  } finally {
    stop.abort();
  }
}

/** The SQL API gives every cell as text, and JSON in lines; a server that gives values is understood as well. */
function asText(rows: readonly SnowflakeRow[]): readonly SnowflakeRow[] {
  const isText = (cell: unknown): boolean => cell === null || typeof cell === 'string';
  if (rows.every((row) => row.every(isText))) return rows;
  return rows.map((row) =>
    row.map((cell: unknown) => (isText(cell) ? (cell as string | null) : JSON.stringify(cell))),
  );
}

interface Fetching {
  index: number;
  bytes: number;
  answer: Promise<Answer>;
}

/** Asks for what comes next, as far as the bounds allow; always for the next one. */
function fillQueue(
  { partitions, fetch }: PartitionedResult,
  { queue, from, signal }: { queue: Fetching[]; from: number; signal: AbortSignal },
): void {
  let index = (queue.at(-1)?.index ?? from - 1) + 1;
  for (; index < partitions.length && queue.length < ahead; index++) {
    const bytes = sizeOf(partitions[index]);
    const waiting = queue.reduce((sum, { bytes }) => sum + bytes, 0);
    if (queue.length > 0 && waiting + bytes > aheadBytes) return;
    const answer = fetch(index, signal);
    // Whoever awaits it hears of its failure; it may fail before its turn.
    answer.catch(() => undefined);
    queue.push({ index, bytes, answer });
  }
}

function sizeOf(partition: PartitionInfo | undefined): number {
  return partition?.compressedSize ?? partition?.uncompressedSize ?? 0;
}

async function* readPartition(
  { what, partitions }: PartitionedResult,
  index: number,
  answer: Answer,
): AsyncGenerator<readonly SnowflakeRow[]> {
  const expected = partitions[index]?.rowCount ?? 0;
  const scanner = new RowScanner();
  let came = 0;
  try {
    for await (const bytes of decoded(answer)) {
      const rows = scanner.push(bytes);
      came += rows.length;
      if (rows.length > 0) yield asText(rows);
    }
    scanner.end();
  } catch (error) {
    if (error instanceof AuditExportError) throw error;
    throw incomplete(what, index, { expected, came, cause: error });
  }
  if (came !== expected) throw incomplete(what, index, { expected, came });
}

async function* decoded(answer: Answer): AsyncGenerator<Buffer> {
  const { body } = answer;
  if (!isGzip(answer)) {
    for (let at = 0; at < body.length; at += batchBytes) yield body.subarray(at, at + batchBytes);
    return;
  }
  const gunzip = createGunzip({ chunkSize: batchBytes });
  gunzip.end(body);
  yield* gunzip as AsyncIterable<Buffer>;
}

function incomplete(
  what: string,
  index: number,
  { expected, came, cause }: { expected: number; came: number; cause?: unknown },
): AuditExportError {
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  return new AuditExportError(
    'snowflake-failed',
    `Partition ${index} of the result of ${what} is not whole: ${came} of ${expected} rows${why}.`,
    { cure: 'Run it again.', details: { partition: index, expected, came }, cause },
  );
}
