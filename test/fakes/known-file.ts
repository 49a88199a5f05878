import { noWindow } from '../../src/core/files/look-at-content.ts';
import type { KnownFile } from '../../src/ports/sources/known-file.ts';

/** A plain log of which so many bytes were delivered, all that were seen. */
export function knownFile(id: string, offset: number, more: Partial<KnownFile> = {}): KnownFile {
  return {
    id,
    path: `/${id}`,
    real: `/${id}`,
    inode: `1:${id}`,
    at: { stored: offset, offset, lines: offset },
    plain: true,
    checksum: 0,
    head: noWindow,
    firstLine: noWindow,
    ends: { head: '', tail: '' },
    unterminated: false,
    seen: offset,
    waiting: 0,
    format: 'lines',
    grew: false,
    left: false,
    broken: false,
    delivered: {},
    seenMs: 0,
    ...more,
  };
}
