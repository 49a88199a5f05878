import type { Chunk } from '../../ports/classifier.ts';

/**
 * A part of a line that is longer than any that is allowed. Such a line is never held in memory as a whole: its parts
 * pass by, in order, on their way to the quarantine.
 */
export interface LongLinePart {
  kind: 'long-line-part';
  source: number;
  /** Offset of the line's first byte in the source. */
  offset: number;
  bytes: Buffer;
  last: boolean;
  /** The source broke off within the line: it counts for nothing, and what there was of it is to be forgotten. */
  isCut?: true;
}

export type Cut = Chunk | LongLinePart;
