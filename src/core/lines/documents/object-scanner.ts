import type { ContentAccount } from '../content-account.ts';

const lf = 0x0a;
const quote = 0x22;
const backslash = 0x5c;

/** Follows brackets and strings of JSON, byte by byte; it does not check what stands between them. */
export class ObjectScanner {
  #depth = 0;
  #inString = false;
  #escaped = false;

  /** Whether a value has begun that has not ended. */
  get isWithin(): boolean {
    return this.#depth > 0;
  }

  /** Takes the next byte; true where it closes a value. A line feed closes whatever is open: none stands in an event. */
  take(byte: number): boolean {
    if (byte === lf) this.#reset();
    else if (this.#inString) this.#takeInString(byte);
    else if (byte === quote) this.#inString = this.#depth > 0;
    else if (byte === 0x7b || byte === 0x5b) this.#depth++;
    else if ((byte === 0x7d || byte === 0x5d) && this.#depth > 0) return --this.#depth === 0;
    return false;
  }

  #takeInString(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === backslash) this.#escaped = true;
    else if (byte === quote) this.#inString = false;
  }

  #reset(): void {
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
  }
}

/** Bytes from `start` to (not including) `end`. */
export interface ByteRange {
  start: number;
  end: number;
}

const opening = 0x7b;
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0d;

/**
 * The objects that stand one behind the other on a line; undefined where it holds anything but two or more of them. What is
 * in each is for the reader of JSON to judge.
 */
export function objectsOnLine(bytes: Buffer, start: number, end: number): ByteRange[] | undefined {
  const objects: ByteRange[] = [];
  const scanner = new ObjectScanner();
  let from = start;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (!scanner.isWithin) {
      if (isSpace(byte)) continue;
      if (byte !== opening) return undefined;
      from = at;
    }
    if (scanner.take(byte)) objects.push({ start: from, end: at + 1 });
  }
  return scanner.isWithin || objects.length < 2 ? undefined : objects;
}

/** Whether a second object begins on a line, right behind the first. */
export function beginsSecondObject(line: Buffer): boolean {
  const scanner = new ObjectScanner();
  let ended = 0;
  for (const byte of line) {
    if (ended > 0 && byte === opening) return true;
    if (ended > 0 && !isSpace(byte)) return false;
    if (scanner.take(byte)) ended++;
  }
  return false;
}

/**
 * Puts a line feed between objects that stand one behind the other, as Firehose writes them, and leaves the white space
 * between them out; the bytes of each stay as they are. Works in one pass with constant memory.
 */
export async function* separateObjects(
  content: AsyncIterable<Buffer>,
  account: ContentAccount,
): AsyncGenerator<Buffer> {
  const separator = new Separator();
  for await (const piece of content) {
    const lines = separator.add(piece);
    account.addContent(piece, separator.end);
    yield lines;
  }
}

class Separator {
  /** Behind the last object or line that ended in the last piece; 0 where none did. */
  end = 0;
  readonly #scanner = new ObjectScanner();
  /** Whether an object has ended on this line, and only white space came since. */
  #isBetween = false;

  add(piece: Buffer): Buffer {
    // At most one LF is put before an object, and an object has two bytes at least.
    const out = Buffer.allocUnsafe(piece.length * 2);
    let length = 0;
    this.end = 0;
    for (const [at, byte] of piece.entries()) {
      if (this.#isBetween && isSpace(byte) && byte !== 0x0d) continue;
      if (this.#isBetween && byte === opening) out[length++] = lf;
      const hasEnded = this.#scanner.take(byte);
      if (hasEnded || byte === lf) this.end = at + 1;
      this.#isBetween = hasEnded || (this.#isBetween && byte === 0x0d);
      out[length++] = byte;
    }
    return out.subarray(0, length);
  }
}
