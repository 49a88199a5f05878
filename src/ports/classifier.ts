import type { ClassifiedChunk } from '../core/classify/classified-chunk.ts';
import type { Chunk } from '../core/lines/chunk.ts';

/** Classifies chunks, on this thread or on others. The result is the same wherever it is done. */
export interface Classifier {
  /** Chunks worth handing over before the first answer is awaited. */
  lookahead: number;
  classify: (chunk: Chunk) => Promise<ClassifiedChunk>;
  close: () => Promise<void>;
}
