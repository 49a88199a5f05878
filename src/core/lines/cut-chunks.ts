import type { Cut, LongLinePart } from './chunk.ts';
import type { ChunkMemory, ChunkMemoryPool } from './chunk-memory.ts';
import { outputBytes } from './chunk-memory.ts';

const lf = 0x0a;
const cr = 0x0d;
/** A line is the bytes before LF or CRLF. */
const lineEndingBytes = 2;
const carriageReturn = Buffer.from([cr]);

export interface CutOptions {
  source: number;
  /** Offset in the source of the first byte of the stream (3 where a byte order mark was skipped). */
  startOffset: number;
  pool: ChunkMemoryPool;
  maxLineBytes: number;
}

/**
 * Cuts a stream of bytes into chunks of whole lines, whatever the pieces it arrives in: the chunks' borders fall on line
 * ends only, so what is cut never decides what a line is. A line longer than `maxLineBytes` passes by in parts. Where the
 * stream breaks off, the whole lines before are yielded and the error is thrown again.
 */
export async function* cutChunks(bytes: AsyncIterable<Buffer>, options: CutOptions): AsyncGenerator<Cut> {
  const cutter = new Cutter(options);
  try {
    for await (const piece of bytes) yield* cutter.add(piece);
  } catch (error) {
    yield* cutter.breakOff();
    throw error;
  }
  yield* cutter.end();
}

class Cutter {
  readonly #options: CutOptions;
  #memory: ChunkMemory;
  /** Bytes of the memory's input in use. */
  #filled = 0;
  /** Offset in the source of the memory's first byte; of the line's first byte while a long line passes. */
  #offset = 0;
  /** Bytes of the long line that have passed, or undefined when none is passing. */
  #passed: number | undefined;
  /** Whether a CR at the end of the last part is held back: it belongs to the line ending if an LF follows. */
  #heldCr = false;

  constructor(options: CutOptions) {
    this.#options = options;
    this.#offset = options.startOffset;
    this.#memory = options.pool.take();
  }

  *add(piece: Buffer): Generator<Cut> {
    for (let at = 0; at < piece.length;) {
      if (this.#passed !== undefined) {
        const newline = piece.indexOf(lf, at);
        yield this.#part(piece.subarray(at, newline === -1 ? piece.length : newline), newline !== -1);
        at = newline === -1 ? piece.length : newline + 1;
      } else {
        const copied = piece.copy(this.#memory.input, this.#filled, at);
        at += copied;
        this.#filled += copied;
        if (this.#filled === this.#memory.input.length) yield* this.#full();
      }
    }
  }

  *end(): Generator<Cut> {
    if (this.#passed !== undefined) yield this.#part(Buffer.alloc(0), true);
    else if (this.#filled > 0) yield this.#chunk(this.#filled);
    this.#memory.release();
  }

  /** The source broke off: half a line is no line. */
  *breakOff(): Generator<Cut> {
    const whole = this.#memory.input.subarray(0, this.#filled).lastIndexOf(lf) + 1;
    if (this.#passed !== undefined) yield { ...this.#part(Buffer.alloc(0), true), isCut: true };
    else if (whole > 0) yield this.#chunk(whole);
    this.#memory.release();
  }

  /** The memory is full: hand out its whole lines, or make room for a line that does not end in it. */
  *#full(): Generator<Cut> {
    const newline = this.#memory.input.lastIndexOf(lf, this.#filled - 1);
    if (newline !== -1) {
      yield this.#chunk(newline + 1);
      return;
    }
    const longest = this.#options.maxLineBytes + lineEndingBytes;
    if (this.#filled < longest) this.#growTo(Math.min(this.#filled * 2, longest));
    else yield this.#beginLongLine();
  }

  /** Hands out the first `bytes` bytes; what is left begins the next chunk. */
  #chunk(bytes: number): Cut {
    const { input, output, release } = this.#memory;
    const chunk: Cut = {
      kind: 'chunk',
      source: this.#options.source,
      offset: this.#offset,
      input: input.subarray(0, bytes),
      output: output.subarray(0, outputBytes(bytes)),
      release,
    };
    const left = this.#filled - bytes;
    const next = this.#options.pool.take(left);
    input.copy(next.input, 0, bytes, this.#filled);
    this.#memory = next;
    this.#filled = left;
    this.#offset += bytes;
    return chunk;
  }

  #growTo(bytes: number): void {
    const memory = this.#options.pool.take(bytes);
    this.#memory.input.copy(memory.input, 0, 0, this.#filled);
    this.#memory.release();
    this.#memory = memory;
  }

  #beginLongLine(): Cut {
    const bytes = this.#memory.input.subarray(0, this.#filled);
    this.#passed = 0;
    const part = this.#part(bytes, false);
    this.#memory.release();
    this.#memory = this.#options.pool.take();
    this.#filled = 0;
    return part;
  }

  /** Makes a part of the long line; a copy, for the reader uses its buffer again. */
  #part(piece: Buffer, last: boolean): LongLinePart {
    const endsInCr = piece.at(-1) === cr;
    const held = this.#heldCr && !(last && piece.length === 0) ? [carriageReturn] : [];
    const bytes = Buffer.concat([...held, endsInCr ? piece.subarray(0, -1) : piece]);
    this.#heldCr = endsInCr && !last;
    const part: LongLinePart = {
      kind: 'long-line-part',
      source: this.#options.source,
      offset: this.#offset,
      bytes,
      last,
    };
    const passed = (this.#passed ?? 0) + piece.length;
    this.#passed = last ? undefined : passed;
    if (last) this.#offset += passed + 1;
    return part;
  }
}
