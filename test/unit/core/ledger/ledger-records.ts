import type { Batch } from '../../../../src/core/ledger/batch.ts';
import type { SourcePosition } from '../../../../src/core/ledger/source-position.ts';

export const nowMs = Date.UTC(2026, 0, 1);

/** How far a file was delivered. */
export function position(id: string, stored: number, seenMs = nowMs): SourcePosition {
  return {
    id,
    path: `/logs/${id}`,
    inode: `1:${id}`,
    stored,
    offset: stored,
    lines: stored / 10,
    headHash: 'h',
    tailHash: 't',
    checksum: 0,
    modifiedMs: 0,
    plain: true,
    sourceHead: 's',
    unterminated: false,
    delivered: { query: stored / 10 },
    seenMs,
  };
}

/** A batch of the first ten bytes of a file. */
export function batch(id: string, file = id): Batch {
  const from = { stored: 0, offset: 0, lines: 0 };
  const part = { id: file, path: `/logs/${file}`, inode: `1:${file}`, headHash: 'h', tailHash: 't' };
  return { id, objectBytes: 100, compression: 'gzip', parts: [{ ...part, from, to: 10 }] };
}
