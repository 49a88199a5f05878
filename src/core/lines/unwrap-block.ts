import { closeParts, isWithinLine, joinPart, noParts } from './join-parts.ts';
import type { Wrapping } from './unwrap-line.ts';

const lf = 0x0a;

/**
 * Unwraps a block of whole lines up to the last place where no line has begun that does not end in the block; `stored` is
 * that place, `payload` the lines that end before it, each closed by LF. With `final`, parts at the end are a line.
 */
export function unwrapBlock(
  block: Buffer,
  wrapping: Wrapping,
  final = false,
): { stored: number; payload: Buffer } {
  const pieces: Buffer[] = [];
  let open = noParts;
  let stored = 0;
  let kept = 0;
  for (let at = 0; at < block.length;) {
    const end = block.indexOf(lf, at);
    const joined = joinPart(open, block.subarray(at, end), wrapping);
    open = joined.open;
    pieces.push(...joined.pieces);
    at = end + 1;
    if (isWithinLine(open)) continue;
    stored = at;
    kept = pieces.length;
  }
  if (!final) return { stored, payload: Buffer.concat(pieces.slice(0, kept)) };
  return { stored: block.length, payload: Buffer.concat([...pieces, ...closeParts(open)]) };
}
