import { createHash } from 'node:crypto';
import { isJsonPrefix } from './json-prefix.ts';
import { beginsWithEnvelope } from './open-envelopes.ts';

export const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
const headBytes = 65_536;
const hashedBytes = 4096;

/**
 * How a source holds its events: one a line, as one JSON array, as objects printed over several lines, or in arrays within
 * documents that are no events themselves.
 */
export type SourceFormat = 'lines' | 'array' | 'objects' | 'envelope';

/** A source whose beginning has been looked at. */
export interface DetectedSource {
  format: SourceFormat;
  /** Bytes of the byte order mark that was skipped. */
  skippedBytes: number;
  /** SHA-256 (32 hex digits) of the first 4 KiB: what tells two sources of one name apart. */
  headHash: string;
  /** All of the source's bytes but the mark. */
  bytes: AsyncIterable<Buffer>;
}

/**
 * Looks at the beginning of a source (64 KiB at most) and says in which format its events are, unless that is known.
 * `envelopes` are the names of arrays that hold events within other documents.
 */
export async function detectFormat(
  bytes: AsyncIterable<Buffer>,
  known?: SourceFormat,
  envelopes: readonly string[] = [],
): Promise<DetectedSource> {
  const iterator = bytes[Symbol.asyncIterator]();
  const pieces: Buffer[] = [];
  let length = 0;
  let ended = false;
  while (length < headBytes && !ended) {
    const next = await iterator.next();
    ended = next.done === true;
    if (next.done !== true) {
      // A copy, for the source uses its buffer again.
      pieces.push(Buffer.from(next.value));
      length += next.value.length;
    }
  }
  const whole = Buffer.concat(pieces);
  const skippedBytes = whole.subarray(0, 3).equals(byteOrderMark) ? 3 : 0;
  const head = whole.subarray(skippedBytes);
  const headHash = createHash('sha256').update(whole.subarray(0, hashedBytes)).digest('hex').slice(0, 32);
  return {
    format: known ?? formatOf(head, ended, envelopes),
    skippedBytes,
    headHash,
    bytes: rejoin(head, iterator, ended),
  };
}

async function* rejoin(
  head: Buffer,
  iterator: AsyncIterator<Buffer>,
  ended: boolean,
): AsyncGenerator<Buffer> {
  try {
    if (head.length > 0) yield head;
    if (ended) return;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

/**
 * JSON Lines is the rule. The other formats are believed only if all that was looked at fits them, since a damaged first
 * line must not change how all others are read.
 */
function formatOf(head: Buffer, isAll: boolean, envelopes: readonly string[]): SourceFormat {
  const text = head.toString('latin1').trimStart();
  if (text.startsWith('[')) return isJsonPrefix(text, 'array', isAll) ? 'array' : 'lines';
  if (!text.startsWith('{')) return 'lines';
  if (beginsWithEnvelope(text, envelopes) && isJsonPrefix(text, 'objects', isAll)) return 'envelope';
  const newline = text.indexOf('\n');
  const spansLines = newline !== -1 && !isJsonPrefix(text.slice(0, newline), 'objects', true);
  return spansLines && isJsonPrefix(text, 'objects', isAll) ? 'objects' : 'lines';
}
