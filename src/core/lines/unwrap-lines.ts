import { PartJoiner } from './unwrap-block.ts';
import type { Wrapping } from './unwrap-line.ts';

const lf = 0x0a;

/**
 * Takes lines of container runtimes out of their wrapping, byte for byte, and joins the parts of those that were cut; a
 * line that is not wrapped passes as it is. A line that is longer than one of `maxLineBytes` can be in its wrapping passes
 * without being looked at, and parts that come to more are not joined: further on they are set aside.
 */
export async function* unwrapLines(
  bytes: AsyncIterable<Buffer>,
  wrapping: Wrapping,
  maxLineBytes: number,
): AsyncGenerator<Buffer> {
  const unwrapper = new LineUnwrapper(wrapping, longestWrapped(maxLineBytes));
  for await (const piece of bytes) {
    const lines = unwrapper.add(piece);
    if (lines.length > 0) yield lines;
  }
  const rest = unwrapper.end();
  if (rest.length > 0) yield rest;
}

/** JSON escapes may double what is inside. */
function longestWrapped(maxLineBytes: number): number {
  return 2 * maxLineBytes + 1024;
}

class LineUnwrapper {
  readonly #joiner: PartJoiner;
  readonly #most: number;
  /** Pieces of a line that has not ended. */
  #begun: Buffer[] = [];
  #begunBytes = 0;
  /** Whether the line that passes is too long to be looked at. */
  #isPassing = false;
  /** Bytes of the parts that wait to be joined, at most. */
  #partBytes = 0;
  #out: Buffer[] = [];

  constructor(wrapping: Wrapping, most: number) {
    this.#joiner = new PartJoiner(wrapping);
    this.#most = most;
  }

  add(piece: Buffer): Buffer {
    for (let at = 0; at < piece.length;) {
      const newline = piece.indexOf(lf, at);
      const end = newline === -1 ? piece.length : newline;
      const isEnd = newline !== -1;
      if (this.#isPassing) this.#pass(piece.subarray(at, isEnd ? end + 1 : end), isEnd);
      else if (isEnd) this.#line(piece.subarray(at, end));
      else this.#keep(piece.subarray(at));
      at = end + 1;
    }
    return this.#takeOut();
  }

  end(): Buffer {
    if (this.#begunBytes > 0) this.#line(Buffer.alloc(0));
    this.#out.push(...this.#joiner.rest());
    return this.#takeOut();
  }

  #pass(bytes: Buffer, isEnd: boolean): void {
    this.#out.push(bytes);
    this.#isPassing = !isEnd;
  }

  #line(end: Buffer): void {
    const line = Buffer.concat([...this.#begun, end]);
    this.#begun = [];
    this.#begunBytes = 0;
    this.#out.push(...this.#joiner.take(line));
    this.#partBytes = this.#joiner.isWithinLine ? this.#partBytes + line.length : 0;
    if (this.#partBytes <= this.#most) return;
    this.#out.push(...this.#joiner.rest());
    this.#partBytes = 0;
  }

  #keep(bytes: Buffer): void {
    // A copy, for the reader uses its buffer again.
    this.#begun.push(Buffer.from(bytes));
    this.#begunBytes += bytes.length;
    if (this.#begunBytes <= this.#most) return;
    this.#out.push(...this.#begun);
    this.#begun = [];
    this.#begunBytes = 0;
    this.#isPassing = true;
  }

  #takeOut(): Buffer {
    const out = Buffer.concat(this.#out);
    this.#out = [];
    return out;
  }
}
