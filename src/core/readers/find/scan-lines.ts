import type { TextWindow } from './text-window.ts';
import { buildTextWindow } from './text-window.ts';

const lf = 0x0a;
/** Objects without line ends are no objects of ours. */
const longestLine = 256 * 1024 * 1024;

/** A line that may be a hit. */
export interface ScannedLine {
  /** In the object, counted from 1. */
  readonly number: number;
  /** Without its line end; good as long as the call that it is given to. */
  readonly bytes: Buffer;
  /** Where the needle begins in it; undefined without one, and where only an escape by number makes it a candidate. */
  readonly at: number | undefined;
}

/**
 * Has `pick` look at the lines of an object that may be hits, and yields what it makes of them, in batches; undefined is left out.
 */
export type LineScanner = <T>(
  pieces: AsyncIterable<Buffer>,
  pick: (line: ScannedLine) => T | undefined,
) => AsyncGenerator<T[]>;

/**
 * Builds a scanner for the lines that may hold the needle, all of them where it is ''. Case does not count; a line with an escape by
 * number may hold anything. Pieces are scanned as they come: nothing is decoded. Memory is bounded by a piece and the longest line.
 */
export function buildLineScanner(needle: string): LineScanner {
  const window = buildTextWindow(needle === '' ? [] : [needle, '\\u']);
  return (pieces, pick) => scan(pieces, { window, pick, isForAll: needle === '' });
}

interface Search<T> {
  /** One for all objects that are read at once: it is filled and searched without a pause. */
  window: TextWindow;
  pick: (line: ScannedLine) => T | undefined;
  isForAll: boolean;
}

async function* scan<T>(pieces: AsyncIterable<Buffer>, search: Search<T>): AsyncGenerator<T[]> {
  /** The line that is not whole yet. */
  let rest: Buffer[] = [];
  let restBytes = 0;
  let next = 1;
  for await (const piece of pieces) {
    const end = piece.lastIndexOf(lf) + 1;
    if (end > 0) {
      const found = linesIn([...rest, piece.subarray(0, end)], next, search);
      next = found.next;
      if (found.picked.length > 0) yield found.picked;
      rest = [];
      restBytes = 0;
    }
    if (end === piece.length) continue;
    rest.push(Buffer.from(piece.subarray(end)));
    restBytes += piece.length - end;
    if (restBytes > longestLine) throw new RangeError('a line has no end');
  }
  if (restBytes === 0) return;
  const { picked } = linesIn([...rest, Buffer.from('\n')], next, search);
  if (picked.length > 0) yield picked;
}

/** `pieces` are whole lines together; `first` is the number of the first of them. */
function linesIn<T>(
  pieces: readonly Buffer[],
  first: number,
  { window, pick, isForAll }: Search<T>,
): { picked: T[]; next: number } {
  const bytes = window.fill(...pieces);
  const needles = isForAll ? undefined : [new Places(window, 0), new Places(window, 1)];
  const picked: T[] = [];
  let number = first;
  for (let start = 0; start < bytes.length; number++) {
    const end = bytes.indexOf(lf, start);
    const [at, escapeAt] = needles?.map((places) => places.within(start, end)) ?? [];
    if (end > start && (isForAll || at !== undefined || escapeAt !== undefined)) {
      const made = pick({
        number,
        bytes: bytes.subarray(start, end),
        at: at === undefined ? undefined : at - start,
      });
      if (made !== undefined) picked.push(made);
    }
    start = end + 1;
  }
  return { picked, next: number };
}

/** The places of one text in a window, asked for from its beginning to its end. */
class Places {
  readonly #window: TextWindow;
  readonly #text: number;
  #next: number | undefined;

  constructor(window: TextWindow, text: number) {
    this.#window = window;
    this.#text = text;
    this.#next = window.find(text, 0);
  }

  /** The first one that begins from `start` on and before `end`. */
  within(start: number, end: number): number | undefined {
    // Those before it are not looked for: one text may stand in a line a thousand times.
    if (this.#next !== undefined && this.#next < start) this.#next = this.#window.find(this.#text, start);
    return this.#next !== undefined && this.#next < end ? this.#next : undefined;
  }
}
