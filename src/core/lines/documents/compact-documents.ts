import { AuditExportError } from '../../../errors.ts';
import type { ContentAccount } from '../content-account.ts';

const lf = 0x0a;
const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const opens = (byte: number): boolean => byte === 0x7b || byte === 0x5b;
const closes = (byte: number): boolean => byte === 0x7d || byte === 0x5d;

/** Where the scanner stands: before a value, within one, after one, or past anything it understands. */
type Place = 'before' | 'within' | 'after' | 'closed' | 'lost';

/**
 * Turns one JSON array, or JSON objects printed over several lines, into compact lines: the white space between tokens
 * is left out and nothing else is touched, so numbers, escapes and the order of keys stay as they were. Works in one pass
 * with constant memory. Where the text stops making sense the rest passes through as it is, line by line. Throws
 * `source-broken`, naming the source, for an array that is cut, unless it may wait for its end: what it held further on is
 * missing.
 */
export async function* compactDocuments(
  content: AsyncIterable<Buffer>,
  account: ContentAccount,
): AsyncGenerator<Buffer> {
  const compactor = new Compactor(account.format === 'array', account.from.offset > 0);
  for await (const piece of content) {
    const lines = compactor.add(piece);
    if (compactor.ended === 0) account.takeAll();
    account.addContent(piece, compactor.ended ?? 0);
    yield lines;
  }
  if (account.mayWait) account.waits = compactor.isCut;
  else yield compactor.end();
  if (!compactor.isCut || account.mayWait) return;
  const { name } = account;
  throw new AuditExportError('source-broken', `${name}: its JSON array has no end: the file is cut.`, {
    cure: 'Get a whole copy and push it again: what is stored already will not be stored twice.',
  });
}

class Compactor {
  readonly #inArray: boolean;
  #place: Place = 'before';
  /** Whether the opening bracket of the array has been seen. */
  #opened: boolean;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #out = Buffer.alloc(0);
  #length = 0;

  /** Behind the last document that ended in the last piece (0: it ended with the piece before); undefined where none did. */
  ended: number | undefined;
  #at = 0;

  /** `goesOn`: the text begins behind a document. */
  constructor(inArray: boolean, goesOn: boolean) {
    this.#inArray = inArray;
    this.#opened = !inArray || goesOn;
    if (goesOn) this.#place = 'after';
  }

  add(piece: Buffer): Buffer {
    // At most one LF is put behind a value, and a value has a byte at least.
    this.#out = Buffer.allocUnsafe(piece.length * 2 + 2);
    this.#length = 0;
    this.ended = undefined;
    for (let at = 0; at < piece.length; at++) {
      if (this.#place === 'lost') {
        this.#length += piece.copy(this.#out, this.#length, at);
        const end = piece.lastIndexOf(lf) + 1;
        if (end > 0) this.ended = end;
        break;
      }
      this.#at = at;
      this.#take(piece[at] as number);
    }
    return this.#out.subarray(0, this.#length);
  }

  end(): Buffer {
    return this.#place === 'within' ? Buffer.from([lf]) : Buffer.alloc(0);
  }

  /** Whether the text ended within the array. */
  get isCut(): boolean {
    return this.#inArray && this.#place !== 'closed' && this.#place !== 'lost';
  }

  #take(byte: number): void {
    if (this.#inString) this.#takeInString(byte);
    else if (isSpace(byte)) this.#takeSpace();
    else if (this.#place === 'within') this.#takeWithin(byte);
    else this.#takeBetween(byte);
  }

  #takeInString(byte: number): void {
    if (byte === lf) {
      this.#lose();
      return;
    }
    this.#emit(byte);
    if (this.#escaped) this.#escaped = false;
    else if (byte === backslash) this.#escaped = true;
    else if (byte === quote) this.#inString = false;
  }

  /** White space ends a bare word at the top level (`1 2`); elsewhere it means nothing. */
  #takeSpace(): void {
    if (this.#place === 'within' && this.#depth === 0) this.#endValue(false);
  }

  #takeWithin(byte: number): void {
    if (this.#depth === 0 && (byte === comma || closes(byte)) && this.#inArray) {
      this.#endValue(false);
      this.#takeBetween(byte);
      return;
    }
    this.#emit(byte);
    if (byte === quote) this.#inString = true;
    else if (opens(byte)) this.#depth++;
    else if (closes(byte)) {
      this.#depth--;
      if (this.#depth < 0) this.#lose();
      else if (this.#depth === 0) this.#endValue(true);
    }
  }

  #takeBetween(byte: number): void {
    if (!this.#opened) this.#opened = true;
    else if (this.#inArray && this.#place !== 'closed' && byte === 0x5d) this.#place = 'closed';
    else if (this.#inArray && this.#place === 'after' && byte === comma) this.#place = 'before';
    else if (this.#place === 'before' || (!this.#inArray && this.#place === 'after' && opens(byte))) {
      this.#place = 'within';
      this.#takeWithin(byte);
    } else this.#lose(byte);
  }

  #endValue(isClosed: boolean): void {
    this.#emit(lf);
    this.#place = 'after';
    // A bare word ends before what shows that it has ended.
    this.ended = isClosed ? this.#at + 1 : this.#at;
  }

  /** What follows is not understood: close the line begun, and let the rest through. */
  #lose(byte?: number): void {
    if (this.#place === 'within') this.#emit(lf);
    if (byte !== undefined) this.#emit(byte);
    this.#inString = false;
    this.#place = 'lost';
  }

  #emit(byte: number): void {
    this.#out[this.#length++] = byte;
  }
}
