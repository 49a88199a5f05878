const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const opens = (byte: number): boolean => byte === openBrace || byte === openBracket;
const closes = (byte: number): boolean => byte === 0x7d || byte === closeBracket;
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const comma = Buffer.from(',');

/** Members with plain values, which may come before the array: `{"count": 2, "hits": [ {`. */
const scalarMembers = String.raw`(?:"[^"\\]*"\s*:\s*(?:"(?:[^"\\]|\\.)*"|[-+.\w]+)\s*,\s*)*`;

/** Whether a text begins with a document whose events lie in an array of one of these names. */
export function beginsWithEnvelope(text: string, names: readonly string[]): boolean {
  return names.some((name) => {
    const member = JSON.stringify(name).replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
    return new RegExp(String.raw`^\{\s*${scalarMembers}${member}\s*:\s*\[\s*(?:\{|\]|$)`).test(text);
  });
}

/**
 * Takes events out of the documents that they lie in, such as what an API answers: the elements of their arrays, as one
 * JSON array, byte for byte. Other members of such a document are no events; a document that has no such array is passed on
 * as an element itself. Works in one pass.
 */
export async function* openEnvelopes(
  bytes: AsyncIterable<Buffer>,
  names: readonly string[],
): AsyncGenerator<Buffer> {
  const opener = new EnvelopeOpener(new Set(names));
  yield Buffer.from([openBracket]);
  for await (const piece of bytes) {
    // A copy, for the source uses its buffer again.
    for (const part of opener.take(Buffer.from(piece))) yield part;
  }
  // A document that is cut leaves the array open: whoever reads it sees that.
  if (opener.isBetween) yield Buffer.from([closeBracket]);
}

class EnvelopeOpener {
  readonly #names: ReadonlySet<string>;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** The string under way at the top of a document, the last whole one, and the key that waits for its value. */
  #text = '';
  #key = '';
  #isArray = false;
  /** A document without an array of events so far. */
  #kept: Buffer[] | undefined;
  #hasElement = false;
  /** An element is under way: what comes first after it needs a comma. */
  #needsComma = false;

  constructor(names: ReadonlySet<string>) {
    this.#names = names;
  }

  get isBetween(): boolean {
    return this.#depth === 0;
  }

  *take(piece: Buffer): Generator<Buffer> {
    let from = this.#isArray ? 0 : -1;
    for (let at = 0; at < piece.length; at++) {
      const byte = piece[at] as number;
      if (this.#isArray) {
        if (this.#needsComma && !isSpace(byte) && byte !== closeBracket) {
          this.#needsComma = false;
          yield comma;
        }
        if (!isSpace(byte) && byte !== closeBracket) this.#hasElement = true;
        this.#scan(byte);
        if (this.#depth > 1) continue;
        this.#isArray = false;
        this.#needsComma = this.#hasElement;
        if (at > from) yield piece.subarray(from, at);
        from = -1;
      } else {
        if (this.#depth === 0 && opens(byte)) this.#kept = [];
        this.#kept?.push(piece.subarray(at, at + 1));
        this.#scan(byte);
        if (this.#isArray) {
          this.#kept = undefined;
          from = at + 1;
        } else if (this.#depth === 0 && this.#kept !== undefined && closes(byte)) {
          yield* this.#passOn();
        }
      }
    }
    if (this.#isArray && from >= 0 && from < piece.length) yield piece.subarray(from);
  }

  /** A whole document that was none of those that hold events. */
  *#passOn(): Generator<Buffer> {
    if (this.#needsComma) yield comma;
    yield Buffer.concat(this.#kept ?? []);
    this.#kept = undefined;
    this.#hasElement = true;
    this.#needsComma = true;
  }

  #scan(byte: number): void {
    if (this.#inString) this.#scanString(byte);
    else if (byte === quote) {
      this.#inString = true;
      this.#text = '';
    } else if (byte === colon && this.#depth === 1) this.#key = this.#text;
    else if (opens(byte)) {
      this.#isArray ||= byte === openBracket && this.#depth === 1 && this.#names.has(this.#key);
      this.#depth++;
      this.#key = '';
    } else if (closes(byte)) this.#depth--;
    else if (!isSpace(byte)) this.#key = '';
  }

  #scanString(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === backslash) this.#escaped = true;
    else if (byte === quote) {
      this.#inString = false;
      return;
    }
    if (this.#depth === 1 && !this.#isArray) this.#text += String.fromCharCode(byte);
  }
}
