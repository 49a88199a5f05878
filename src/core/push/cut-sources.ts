import type { Cut } from '../lines/chunk.ts';
import type { ChunkMemoryPool } from '../lines/chunk-memory.ts';
import { compactDocuments } from '../lines/compact-documents.ts';
import { cutChunks } from '../lines/cut-chunks.ts';
import type { Wrapping } from '../lines/unwrap-line.ts';
import { unwrapLines } from '../lines/unwrap-lines.ts';
import type { SourceFormat } from '../lines/detect-format.ts';
import { byteOrderMark, detectFormat } from '../lines/detect-format.ts';
import { openEnvelopes } from '../lines/open-envelopes.ts';
import type { SourcePart } from './source-part.ts';
import { SourceAccount } from './source-part.ts';

export interface CutSourcesOptions {
  pool: ChunkMemoryPool;
  maxLineBytes: number;
  /** What lines are taken out of, before anything else looks at them. */
  wrapping: Wrapping | undefined;
  /** Names of the arrays that hold events in documents that are none. */
  envelopes?: readonly string[] | undefined;
  signal: AbortSignal;
  /** Gets an entry for each source when it is opened. */
  accounts: SourceAccount[];
  onStoredBytes: (bytes: number) => void;
}

/** Reads the sources one after the other and cuts them into chunks of whole lines; no chunk spans two sources. */
export async function* cutSources(
  parts: readonly SourcePart[],
  options: CutSourcesOptions,
): AsyncGenerator<Cut> {
  const { pool, maxLineBytes, wrapping, accounts } = options;
  for (const part of parts) {
    if (options.signal.aborted) return;
    const account = new SourceAccount(part);
    const source = accounts.push(account) - 1;
    const { startOffset, lines } = await openLines(part, account, options);
    const stored = counted(lines, account);
    const own = wrapping === undefined ? stored : unwrapLines(stored, wrapping, maxLineBytes);
    yield* cutChunks(own, { source, startOffset, pool, maxLineBytes });
  }
}

interface OpenedLines {
  startOffset: number;
  lines: AsyncIterable<Buffer>;
}

async function openLines(
  { source, part }: SourcePart,
  account: SourceAccount,
  options: CutSourcesOptions,
): Promise<OpenedLines> {
  const onStoredBytes = (bytes: number): void => {
    account.storedBytes += bytes;
    options.onStoredBytes(bytes);
  };
  if (part !== undefined && part.from.stored > 0 && part.known?.plain === true) {
    account.headHash = part.known.sourceHead;
    const range = { start: part.from.stored, end: part.to };
    return { startOffset: part.from.offset, lines: source.read(onStoredBytes, range) };
  }
  const stored = source.read(onStoredBytes, part && { start: 0, end: part.to });
  const { format, skippedBytes, headHash, bytes } = await detectFormat(
    stored,
    source.format,
    options.envelopes,
  );
  account.format = format;
  account.headHash = headHash;
  const lines = linesOf(bytes, format, { name: source.name, envelopes: options.envelopes ?? [] });
  const from = part?.from.offset ?? 0;
  if (from === 0) {
    if (skippedBytes > 0) account.addLineBytes(byteOrderMark);
    return { startOffset: skippedBytes, lines };
  }
  return { startOffset: from, lines: behind(lines, from - skippedBytes) };
}

function linesOf(
  bytes: AsyncIterable<Buffer>,
  format: SourceFormat,
  { name, envelopes }: { name: string; envelopes: readonly string[] },
): AsyncIterable<Buffer> {
  if (format === 'lines') return bytes;
  if (format === 'envelope') return compactDocuments(openEnvelopes(bytes, envelopes), 'array', name);
  return compactDocuments(bytes, format, name);
}

/** What comes behind the first `bytes` bytes: they were delivered before. */
async function* behind(pieces: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const piece of pieces) {
    const skipped = Math.min(left, piece.length);
    left -= skipped;
    if (skipped < piece.length) yield piece.subarray(skipped);
  }
}

async function* counted(pieces: AsyncIterable<Buffer>, account: SourceAccount): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    account.addLineBytes(piece);
    yield piece;
  }
}
