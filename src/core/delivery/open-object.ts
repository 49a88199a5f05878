import { createHash } from 'node:crypto';
import type { PageMemory } from './page-memory.ts';
import { UnsealedBytes } from './unsealed-bytes.ts';
import type { ClassifiedChunk } from '../../ports/classifier.ts';

/** A compressed block of an object, in memory or in the spool. */
export type Piece = { bytes: Buffer } | { position: number; length: number };

/** An object that is being filled: the lines of one partition since its last object was cut. */
export class OpenObject {
  readonly partition: number;
  readonly unsealed: UnsealedBytes;
  /** SHA-256 over the uncompressed content, up to the last sealed block. */
  readonly hash = createHash('sha256');
  checksum = 0;
  /** The sealed blocks, in order; each settles when its block is compressed. */
  readonly pieces: Promise<Piece>[] = [];
  /** Uncompressed bytes and lines so far, and the event times between which they lie. */
  bytes = 0;
  lines = 0;
  earliestMs = Number.POSITIVE_INFINITY;
  latestMs = Number.NEGATIVE_INFINITY;
  /** Lines by type index: more than one type where the layout does not keep types apart. */
  readonly linesByType = new Map<number, number>();

  constructor(partition: number, memory: PageMemory) {
    this.partition = partition;
    this.unsealed = new UnsealedBytes(memory);
  }

  /** Counts the lines `first` up to (not including) `end` of a chunk as this object's; their bytes come by `unsealed`. */
  count(chunk: ClassifiedChunk, first: number, end: number): void {
    const { lineTimes, lineTypes } = chunk;
    for (let line = first; line < end; line++) {
      const time = lineTimes[line] as number;
      const type = lineTypes[line] as number;
      if (time < this.earliestMs) this.earliestMs = time;
      if (time > this.latestMs) this.latestMs = time;
      this.linesByType.set(type, (this.linesByType.get(type) ?? 0) + 1);
    }
    this.lines += end - first;
  }
}
