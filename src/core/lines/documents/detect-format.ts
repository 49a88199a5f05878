import type { SourceFormat } from '../../../ports/sources/source.ts';
import { createHash } from 'node:crypto';
import type { ForeignForm } from '../unwrap/foreign-form.ts';
import { foreignForm } from '../unwrap/foreign-form.ts';
import { isJsonPrefix } from './json-prefix.ts';
import { beginsSecondObject } from './object-scanner.ts';
import { peek } from './peek.ts';
import { beginsWithEnvelope } from '../unwrap/open-envelopes.ts';

export const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
const headBytes = 65_536;
const hashedBytes = 4096;

/** Whether the content of a source is its lines: else documents are made to lines. */
export function isLined(format: SourceFormat): boolean {
  return format === 'lines' || format === 'concatenated';
}

/** A source whose beginning has been looked at. */
export interface DetectedSource {
  format: SourceFormat;
  /** Said where it is none of the forms that are read. */
  foreign: ForeignForm | undefined;
  /** Bytes of the byte order mark that was skipped. */
  skippedBytes: number;
  /** SHA-256 (32 hex digits) of the first 4 KiB: what tells two sources of one name apart. */
  headHash: string;
  /** All of the source's bytes but the mark. */
  bytes: AsyncGenerator<Buffer>;
}

/**
 * Looks at the beginning of a source (64 KiB at most) and says in which format its events are, unless that is known. Of one
 * that may grow, the end need not be the end of anything. `envelopes` are the names of arrays that hold events within other
 * documents.
 */
export async function detectFormat(
  bytes: AsyncIterable<Buffer>,
  known?: SourceFormat,
  { mayGrow = false, envelopes = [] }: { mayGrow?: boolean; envelopes?: readonly string[] } = {},
): Promise<DetectedSource> {
  const { head: whole, isAll, bytes: from } = await peek(bytes, (length) => length >= headBytes);
  const skippedBytes = whole.subarray(0, 3).equals(byteOrderMark) ? 3 : 0;
  const head = whole.subarray(skippedBytes);
  const headHash = createHash('sha256').update(whole.subarray(0, hashedBytes)).digest('hex').slice(0, 32);
  const format = known ?? formatOf(head, isAll && !mayGrow, envelopes);
  return {
    format,
    foreign: known === undefined && format === 'lines' ? foreignForm(whole) : undefined,
    skippedBytes,
    headHash,
    bytes: from(skippedBytes),
  };
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
  const isWhole = newline !== -1 || isAll;
  const first = newline === -1 ? text : text.slice(0, newline);
  if (isJsonPrefix(first, 'objects', isWhole))
    return beginsSecondObject(Buffer.from(first, 'latin1')) ? 'concatenated' : 'lines';
  return newline !== -1 && isJsonPrefix(text, 'objects', isAll) ? 'objects' : 'lines';
}
