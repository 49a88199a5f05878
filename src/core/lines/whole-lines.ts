import { isWithinLine, joinPart, noParts } from './unwrap/join-parts.ts';
import type { Wrapping } from './unwrap/unwrap-line.ts';

const lf = 0x0a;

/** Where in a block of whole lines the last one ends before which all have ended that came in parts; 0 where there is none. */
export function endOfWhole(block: Buffer, wrapping: Wrapping): number {
  let open = noParts;
  let whole = 0;
  for (let at = 0; at < block.length;) {
    const end = block.indexOf(lf, at);
    ({ open } = joinPart(open, block.subarray(at, end), wrapping));
    at = end + 1;
    if (!isWithinLine(open)) whole = at;
  }
  return whole;
}
