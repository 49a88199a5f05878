import type { OpenParts } from './join-parts.ts';
import { closeParts, isWithinLine, joinPart, noParts } from './join-parts.ts';
import { peek } from '../documents/peek.ts';
import type { Wrapping } from './unwrap-line.ts';
import { findWrapping } from './unwrap-line.ts';

const lf = 0x0a;

/** What becomes at the end of lines that have not ended: they are closed; or they wait, and with them what came since they began. */
export type AtEnd = 'close' | 'wait';

export interface UnwrapOptions {
  wrapping: Wrapping;
  /** What is open of lines that began where this goes on from. */
  open?: OpenParts;
  atEnd: AtEnd;
  /** Whether lines that are open at the end are carried on to where the log goes on. */
  goesOn?: ((open: OpenParts) => Promise<boolean>) | undefined;
  maxLineBytes: number;
}

/**
 * Takes lines out of their wrapping, byte for byte, and joins the parts of those that were cut; a line that is not wrapped
 * passes as it is. A line that is longer than one of `maxLineBytes` can be in its wrapping passes without being looked at, and
 * parts that come to more are not joined: further on they are set aside. What comes behind the beginning of a line waits
 * until it has ended, so that there is always a place up to which all has come out, and behind which nothing has.
 */
export class LineUnwrapper {
  readonly #options: UnwrapOptions;
  readonly #most: number;
  #open: OpenParts;
  /** Pieces of a line that has not ended. */
  #begun: Buffer[] = [];
  #begunBytes = 0;
  /** Whether the line that passes is too long to be looked at. */
  #isPassing = false;
  /** What has come since the first line began that has not ended: pieces to give out, and wrapped bytes. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  #out: Buffer[] = [];

  constructor(options: UnwrapOptions) {
    this.#options = options;
    this.#most = longestWrapped(options.maxLineBytes);
    this.#open = options.open ?? noParts;
  }

  /** What is open of lines that have not ended: to go on with where the log goes on. */
  get open(): OpenParts {
    return this.#open;
  }

  /** Bytes at the end, as they were wrapped, of which nothing has come out: they begin with a line that has not ended. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  async *read(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of bytes) {
      const lines = this.#add(piece);
      if (lines.length > 0) yield lines;
    }
    const rest = await this.#end();
    if (rest.length > 0) yield rest;
  }

  #add(piece: Buffer): Buffer {
    for (let at = 0; at < piece.length;) {
      const newline = piece.indexOf(lf, at);
      const end = newline === -1 ? piece.length : newline;
      const isEnd = newline !== -1;
      if (this.#isPassing) this.#pass(piece.subarray(at, isEnd ? end + 1 : end), isEnd);
      else if (isEnd) this.#line(piece.subarray(at, end), 1);
      else this.#keep(piece.subarray(at));
      at = end + 1;
    }
    return this.#takeOut();
  }

  async #end(): Promise<Buffer> {
    if (this.#begunBytes > 0) this.#line(Buffer.alloc(0), 0);
    const { atEnd, goesOn } = this.#options;
    if (isWithinLine(this.#open) && (await goesOn?.(this.#open)) === true) this.#letOut();
    else if (atEnd === 'close') this.#close();
    return this.#takeOut();
  }

  #pass(bytes: Buffer, isEnd: boolean): void {
    this.#out.push(bytes);
    this.#isPassing = !isEnd;
  }

  #line(end: Buffer, endingBytes: number): void {
    const line = this.#begun.length === 0 ? end : Buffer.concat([...this.#begun, end]);
    this.#begun = [];
    this.#begunBytes = 0;
    const { open, pieces } = joinPart(this.#open, line, this.#options.wrapping);
    this.#open = open;
    // What is held outlives the reader's buffer.
    this.#held.push(...(isWithinLine(open) ? pieces.map((part) => Buffer.from(part)) : pieces));
    this.#heldBytes += line.length + endingBytes;
    if (!isWithinLine(open)) this.#letOut();
    else if (this.#heldBytes > this.#most) this.#close();
  }

  #close(): void {
    this.#held.push(...closeParts(this.#open));
    this.#open = noParts;
    this.#letOut();
  }

  #letOut(): void {
    this.#out.push(...this.#held);
    this.#held = [];
    this.#heldBytes = 0;
  }

  #keep(bytes: Buffer): void {
    // A copy, for the reader uses its buffer again.
    this.#begun.push(Buffer.from(bytes));
    this.#begunBytes += bytes.length;
    if (this.#begunBytes <= this.#most) return;
    this.#close();
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

/** Bytes that a line of so many may have in its wrapping: JSON escapes may double what is inside. */
export function longestWrapped(maxLineBytes: number): number {
  return 2 * maxLineBytes + 1024;
}

const headBytes = 65_536;

/** How the lines of a stream are wrapped, told by the first of them, and the same stream from its beginning. */
export async function peekWrapping(
  stream: AsyncIterable<Buffer>,
): Promise<{ wrapping: Wrapping | undefined; bytes: AsyncIterable<Buffer> }> {
  const { head, bytes } = await peek(stream, (length, piece) => length >= headBytes || piece.includes(lf));
  return { wrapping: findWrapping(head.subarray(0, headBytes)), bytes: bytes() };
}
