import { createHash } from 'node:crypto';

const lf = 0x0a;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
const headBytes = 65_536;
const hashedBytes = 4096;

/** How a source holds its events: one a line, or as one JSON array, or as objects printed over several lines. */
export type SourceFormat = 'lines' | 'array' | 'objects';

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

/** Looks at the beginning of a source (64 KiB at most) and says in which format its events are, unless that is known. */
export async function detectFormat(
  bytes: AsyncIterable<Buffer>,
  known?: SourceFormat,
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
  return { format: known ?? formatOf(head), skippedBytes, headHash, bytes: rejoin(head, iterator, ended) };
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
 * JSON Lines is the rule; the other formats need good evidence, since a damaged first line must not change how all
 * others are read.
 */
function formatOf(head: Buffer): SourceFormat {
  const first = head.toString('latin1').trimStart();
  if (!first.startsWith('[') && !first.startsWith('{')) return 'lines';
  const [line, rest] = splitFirstLine(head);
  if (first.startsWith('[')) return isJson(line) && rest.trim() !== '' ? 'lines' : 'array';
  return rest.trim() !== '' && isCutOpen(line) && !isJson(rest.split('\n', 1)[0] ?? '') ? 'objects' : 'lines';
}

function splitFirstLine(head: Buffer): [string, string] {
  let start = 0;
  while (start < head.length && (head[start] as number) <= 0x20) start++;
  const newline = head.indexOf(lf, start);
  if (newline === -1) return [head.toString('utf8', start), ''];
  return [head.toString('utf8', start, newline), head.toString('utf8', newline + 1)];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether a line stops where a pretty printer breaks lines: behind a bracket or a comma, with an object still open. */
function isCutOpen(line: string): boolean {
  return /[{[,:]\s*$/.test(line) && !isJson(line);
}
