import type { ReasonCode } from './store/quarantine.ts';

/** A piece of a source that holds whole lines, in memory that any thread can see. */
export interface Chunk {
  kind: 'chunk';
  /** Index of the source in the run's list. */
  source: number;
  /** Offset of the chunk's first byte in the (uncompressed) source. */
  offset: number;
  input: Buffer;
  /** Room for the classified lines: `outputBytes` of `input`. */
  output: Buffer;
  /** Gives the memory back, once nothing looks at it any more. */
  release: () => void;
}

/** A run of lines of one partition within a classified chunk: bytes `start` to `end` of its content. */
export interface PartitionSlice {
  partition: number;
  start: number;
  end: number;
  /** Its lines are the entries `firstLine` up to (not including) `endLine` of the chunk's per-line arrays. */
  firstLine: number;
  endLine: number;
}

/** A line that is set aside: where it stands in the chunk it came from, and why. */
export interface BadLine {
  /** Counted from 0 within the chunk, blank lines included. */
  line: number;
  /** Byte range within the chunk's input, without the line ending. */
  start: number;
  end: number;
  reason: ReasonCode;
  detail: string;
  /** The audit type, where it was recognised. */
  type?: string;
  /** JSON Pointer to the offending value, and the part of the schema that it breaks. */
  instancePath?: string;
  schemaPath?: string;
}

/** Fields of an event that contradict each other, or that its schema does not know; counted, with the first one as a sample. */
export interface ClassifiedWarning {
  type: string;
  warning: string;
  lines: number;
  /** Line (counted from 0 in the chunk) of the first. */
  firstLine: number;
  /** What would take it into the schema, where it is something unknown. */
  schemaLine?: string;
}

/**
 * What became of the lines of one chunk. Good lines are copied into `content`, grouped by partition, in their order
 * within the partition, each closed by one LF. `lineEnds` are byte offsets in `content`; `lineTimes` are event times in
 * milliseconds; `lineTypes` are indexes into the run's list of types.
 */
export interface ClassifiedChunk {
  lines: number;
  /** Events behind the first on lines that hold several: each counts as a line of its own. */
  extraEvents: number;
  blank: number;
  /** Lines that are left out on request, by why they would be set aside. */
  ignored: ReadonlyMap<ReasonCode, number>;
  /** Why the last line is set aside or ignored, where it is. */
  endsBadly?: ReasonCode;
  /** Lines of each type that was not selected, by type index. */
  notSelected: ReadonlyMap<number, number>;
  content: Buffer;
  slices: PartitionSlice[];
  lineEnds: Int32Array;
  lineTimes: Float64Array;
  lineTypes: Uint8Array;
  /** The keys by which events are known again, 16 bytes a line; only where they are asked for. */
  lineKeys?: Uint8Array;
  bad: BadLine[];
  warnings: ClassifiedWarning[];
}

/** Classifies chunks, on this thread or on others. The result is the same wherever it is done. */
export interface Classifier {
  /** Chunks worth handing over before the first answer is awaited. */
  lookahead: number;
  classify: (chunk: Chunk) => Promise<ClassifiedChunk>;
  close: () => Promise<void>;
}
