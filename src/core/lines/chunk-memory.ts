/** Memory for one chunk: the bytes read, and room for the same bytes once they are sorted by partition. */
export interface ChunkMemory {
  input: Buffer;
  output: Buffer;
  release: () => void;
}

/**
 * Lends out memory for chunks and takes it back, so that a run of any length works in the same few buffers. They are
 * shared memory: worker threads read and write them in place, nothing is copied between threads.
 */
export class ChunkMemoryPool {
  readonly #chunkBytes: number;
  readonly #free: ChunkMemory[] = [];

  constructor(chunkBytes: number) {
    this.#chunkBytes = chunkBytes;
  }

  /** Memory for at least `bytes`; more than the usual chunk is made for the occasion and not kept. */
  take(bytes = this.#chunkBytes): ChunkMemory {
    if (bytes > this.#chunkBytes) return sharedMemory(bytes, () => undefined);
    return this.#free.pop() ?? this.#standard();
  }

  #standard(): ChunkMemory {
    const memory: ChunkMemory = sharedMemory(this.#chunkBytes, () => this.#free.push(memory));
    return memory;
  }
}

/**
 * Room for the classified lines of a chunk: each gets a line feed, which the last may have lacked, and so does each event where
 * several stand on one line, of two bytes at least.
 */
export function outputBytes(inputBytes: number): number {
  return inputBytes + (inputBytes >> 1) + 1;
}

function sharedMemory(bytes: number, release: () => void): ChunkMemory {
  return {
    input: Buffer.from(new SharedArrayBuffer(bytes)),
    output: Buffer.from(new SharedArrayBuffer(outputBytes(bytes))),
    release,
  };
}
