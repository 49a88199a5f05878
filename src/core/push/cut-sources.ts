import type { Source } from '../../ports/source.ts';
import type { Cut } from '../lines/chunk.ts';
import type { ChunkMemoryPool } from '../lines/chunk-memory.ts';
import { compactDocuments } from '../lines/compact-documents.ts';
import { cutChunks } from '../lines/cut-chunks.ts';
import { detectFormat } from '../lines/detect-format.ts';
import type { SourceAccount } from './source-account.ts';

export interface CutSourcesOptions {
  pool: ChunkMemoryPool;
  maxLineBytes: number;
  signal: AbortSignal;
  /** Gets an entry for each source when it is opened. */
  accounts: SourceAccount[];
  onStoredBytes: (bytes: number) => void;
}

/** Reads the sources one after the other and cuts them into chunks of whole lines; no chunk spans two sources. */
export async function* cutSources(
  sources: readonly Source[],
  options: CutSourcesOptions,
): AsyncGenerator<Cut> {
  for (const [index, source] of sources.entries()) {
    if (options.signal.aborted) return;
    const account: SourceAccount = {
      name: source.name,
      format: 'lines',
      headHash: '',
      storedBytes: 0,
      lines: 0,
      placeOf: source.placeOf,
    };
    options.accounts.push(account);
    const stored = source.read((bytes) => {
      account.storedBytes += bytes;
      options.onStoredBytes(bytes);
    });
    const { format, skippedBytes, headHash, bytes } = await detectFormat(stored, source.format);
    account.format = format;
    account.headHash = headHash;
    const lines = format === 'lines' ? bytes : compactDocuments(bytes, format, source.name);
    const { pool, maxLineBytes } = options;
    yield* cutChunks(lines, { source: index, startOffset: skippedBytes, pool, maxLineBytes });
  }
}
