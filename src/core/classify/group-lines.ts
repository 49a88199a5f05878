import { eventKeyBytes } from './event-key.ts';
import type { GoodLines } from './good-lines.ts';
import type { ClassifiedChunk, PartitionSlice } from '../../ports/classifier.ts';

const lf = 0x0a;

interface Group {
  partition: number;
  /** Indexes of its lines, in input order. */
  lines: number[];
}

/**
 * Copies the good lines from `input` to `output` so that the lines of one partition lie together, in their order, each
 * closed by one LF. Partitions come in the order in which they first occur.
 */
export function groupLines(
  input: Buffer,
  output: Buffer,
  good: GoodLines,
): Pick<ClassifiedChunk, 'content' | 'slices' | 'lineEnds' | 'lineTimes' | 'lineTypes' | 'lineKeys'> {
  const count = good.starts.length;
  const lineEnds = new Int32Array(count);
  const lineTimes = new Float64Array(count);
  const lineTypes = new Uint8Array(count);
  const lineKeys = new Uint8Array(good.keys === undefined ? 0 : count * eventKeyBytes);
  const slices: PartitionSlice[] = [];
  let to = 0;
  let line = 0;
  for (const { partition, lines } of groupByPartition(good.partitions)) {
    const slice: PartitionSlice = { partition, start: to, end: to, firstLine: line, endLine: line };
    for (const index of lines) {
      to += input.copy(output, to, good.starts[index], good.ends[index]);
      output[to++] = lf;
      lineEnds[line] = to;
      lineTimes[line] = good.times[index] as number;
      lineTypes[line] = good.types[index] as number;
      const key = good.keys?.[index];
      if (key !== undefined) lineKeys.set(key, line * eventKeyBytes);
      line++;
    }
    slice.end = to;
    slice.endLine = line;
    slices.push(slice);
  }
  const grouped = { content: output.subarray(0, to), slices, lineEnds, lineTimes, lineTypes };
  return good.keys === undefined ? grouped : { ...grouped, lineKeys };
}

function groupByPartition(partitions: readonly number[]): Iterable<Group> {
  const groups = new Map<number, Group>();
  for (let index = 0; index < partitions.length; index++) {
    const partition = partitions[index] as number;
    const group = groups.get(partition);
    if (group === undefined) groups.set(partition, { partition, lines: [index] });
    else group.lines.push(index);
  }
  return groups.values();
}
