import { eventKeyBytes } from '../classify/event-key.ts';
import type { ClassifiedChunk, PartitionSlice } from '../../ports/classifier.ts';

/** A chunk without some of its lines, and how many lines of each type (by type index) went. */
export interface WithoutDuplicates {
  chunk: ClassifiedChunk;
  dropped: ReadonlyMap<number, number>;
}

/**
 * Takes the lines out of a chunk that were seen before; `seen` is asked by the index of a line among the lines to be
 * delivered. The other lines keep their order and their bytes; `content` is closed up in place. A chunk without
 * duplicates comes back as it is.
 */
export function dropDuplicates(chunk: ClassifiedChunk, seen: (line: number) => boolean): WithoutDuplicates {
  const lines = chunk.lineEnds.length;
  const dropped = new Map<number, number>();
  const kept = new Uint32Array(lines);
  let left = 0;
  for (let line = 0; line < lines; line++) {
    const type = chunk.lineTypes[line] as number;
    if (seen(line)) dropped.set(type, (dropped.get(type) ?? 0) + 1);
    else kept[left++] = line;
  }
  if (left === lines) return { chunk, dropped };
  return { chunk: keepLines(chunk, kept.subarray(0, left)), dropped };
}

/** `kept` are the indexes of the lines that stay, rising. */
function keepLines(chunk: ClassifiedChunk, kept: Uint32Array): ClassifiedChunk {
  const { content, lineEnds } = chunk;
  const newEnds = new Int32Array(kept.length);
  let to = 0;
  for (let at = 0; at < kept.length; at++) {
    const line = kept[at] as number;
    const start = line === 0 ? 0 : (lineEnds[line - 1] as number);
    const end = lineEnds[line] as number;
    // Lines only move towards the beginning, so none is overwritten before it has moved.
    if (start !== to) content.copyWithin(to, start, end);
    to += end - start;
    newEnds[at] = to;
  }
  return {
    ...chunk,
    content: content.subarray(0, to),
    slices: closeUp(chunk.slices, kept, newEnds),
    lineEnds: newEnds,
    lineTimes: Float64Array.from(kept, (line) => chunk.lineTimes[line] as number),
    lineTypes: Uint8Array.from(kept, (line) => chunk.lineTypes[line] as number),
    ...(chunk.lineKeys === undefined ? {} : { lineKeys: keepKeys(chunk.lineKeys, kept) }),
  };
}

function keepKeys(keys: Uint8Array, kept: Uint32Array): Uint8Array {
  const left = new Uint8Array(kept.length * eventKeyBytes);
  for (const [at, line] of kept.entries())
    left.set(keys.subarray(line * eventKeyBytes, (line + 1) * eventKeyBytes), at * eventKeyBytes);
  return left;
}

/** The same partitions over the lines that are left; one that has none left is gone. */
function closeUp(
  slices: readonly PartitionSlice[],
  kept: Uint32Array,
  newEnds: Int32Array,
): PartitionSlice[] {
  const closed: PartitionSlice[] = [];
  let line = 0;
  for (const { partition, endLine } of slices) {
    const firstLine = line;
    while (line < kept.length && (kept[line] as number) < endLine) line++;
    if (line === firstLine) continue;
    const start = firstLine === 0 ? 0 : (newEnds[firstLine - 1] as number);
    closed.push({ partition, start, end: newEnds[line - 1] as number, firstLine, endLine: line });
  }
  return closed;
}
