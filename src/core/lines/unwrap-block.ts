import type { Wrapping } from './unwrap-line.ts';
import { unwrapLine } from './unwrap-line.ts';

const lf = 0x0a;
const lineEnd = Buffer.from([lf]);

/** Joins the parts of lines, stream by stream. */
export class PartJoiner {
  readonly #wrapping: Wrapping;
  readonly #parts = new Map<string, Buffer[]>();

  constructor(wrapping: Wrapping) {
    this.#wrapping = wrapping;
  }

  /** Whether a line has begun that has not ended. */
  get isWithinLine(): boolean {
    return this.#parts.size > 0;
  }

  /** Takes a wrapped line (without its line end); the pieces of the line that ends with it, or none. */
  take(line: Buffer): readonly Buffer[] {
    const unwrapped = unwrapLine(line, this.#wrapping);
    if (unwrapped === undefined) return [line, lineEnd];
    const { stream, content, partial } = unwrapped;
    const parts = [...(this.#parts.get(stream) ?? []), content];
    if (partial) {
      this.#parts.set(stream, parts);
      return [];
    }
    this.#parts.delete(stream);
    return [...parts, lineEnd];
  }

  /** What there is of lines that have not ended, each closed. */
  rest(): readonly Buffer[] {
    const rest: Buffer[] = [];
    for (const parts of this.#parts.values()) rest.push(...parts, lineEnd);
    this.#parts.clear();
    return rest;
  }
}

/**
 * Unwraps a block of whole lines up to the last place where no line has begun that does not end in the block; `stored` is
 * that place, `payload` the lines that end before it, each closed by LF. With `final`, parts at the end are a line.
 */
export function unwrapBlock(
  block: Buffer,
  wrapping: Wrapping,
  final = false,
): { stored: number; payload: Buffer } {
  const joiner = new PartJoiner(wrapping);
  const pieces: Buffer[] = [];
  let stored = 0;
  let kept = 0;
  for (let at = 0; at < block.length;) {
    const end = block.indexOf(lf, at);
    pieces.push(...joiner.take(block.subarray(at, end)));
    at = end + 1;
    if (joiner.isWithinLine) continue;
    stored = at;
    kept = pieces.length;
  }
  if (!final) return { stored, payload: Buffer.concat(pieces.slice(0, kept)) };
  return { stored: block.length, payload: Buffer.concat([...pieces, ...joiner.rest()]) };
}
