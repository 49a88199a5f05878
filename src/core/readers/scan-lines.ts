import type { TextFinder } from './text-finder.ts';
import { buildTextFinder } from './text-finder.ts';

const lf = 0x0a;
/** Objects without line ends are no objects of ours. */
const longestLine = 256 * 1024 * 1024;

/** A line that may be a hit, and its number in the object, counted from 1. */
export interface ScannedLine {
  readonly line: number;
  readonly text: string;
}

/** Finds the lines of an object that may hold a text. */
export type LineScanner = (pieces: AsyncIterable<Buffer>) => AsyncGenerator<ScannedLine[]>;

/**
 * Builds a scanner that yields the lines that may hold the needle, all of them where it is ''. Case does not count; a line with an
 * escape by number may hold anything. Pieces are scanned as they come: nothing is decoded but the lines yielded. Memory is bounded
 * by a piece and the longest line.
 */
export function buildLineScanner(needle: string): LineScanner {
  const finders = needle === '' ? undefined : [buildTextFinder(needle), buildTextFinder('\\u')];
  return (pieces) => scan(pieces, finders);
}

async function* scan(
  pieces: AsyncIterable<Buffer>,
  finders: readonly TextFinder[] | undefined,
): AsyncGenerator<ScannedLine[]> {
  let rest = Buffer.alloc(0);
  let line = 1;
  for await (const piece of pieces) {
    const end = piece.lastIndexOf(lf) + 1;
    if (end === 0) {
      if (rest.length + piece.length > longestLine) throw new RangeError('a line has no end');
      rest = Buffer.concat([rest, piece]);
      continue;
    }
    const whole = rest.length === 0 ? piece.subarray(0, end) : Buffer.concat([rest, piece.subarray(0, end)]);
    const found = linesIn(whole, finders, line);
    line = found.next;
    if (found.lines.length > 0) yield found.lines;
    rest = end === piece.length ? Buffer.alloc(0) : Buffer.from(piece.subarray(end));
  }
  if (rest.length === 0) return;
  const found = linesIn(Buffer.concat([rest, Buffer.from('\n')]), finders, line);
  if (found.lines.length > 0) yield found.lines;
}

/** `bytes` are whole lines; `first` is the number of the first of them. */
function linesIn(
  bytes: Buffer,
  finders: readonly TextFinder[] | undefined,
  first: number,
): { lines: ScannedLine[]; next: number } {
  const starts = finders === undefined ? undefined : startsOf(bytes, finders);
  const lines: ScannedLine[] = [];
  let line = first;
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(lf, start);
    if (end > start && (starts === undefined || starts.has(start)))
      lines.push({ line, text: bytes.toString('utf8', start, end) });
    start = end + 1;
  }
  return { lines, next: line };
}

/** Where the lines begin in which one of the texts was found. */
function startsOf(bytes: Buffer, finders: readonly TextFinder[]): Set<number> {
  const starts = new Set<number>();
  for (const finder of finders)
    finder.each(bytes, (at) => {
      // `lastIndexOf` with -1 would look from the end.
      starts.add(at === 0 ? 0 : bytes.lastIndexOf(lf, at - 1) + 1);
      return bytes.indexOf(lf, at) + 1;
    });
  return starts;
}
