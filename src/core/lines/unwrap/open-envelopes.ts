const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const opens = (byte: number): boolean => byte === openBrace || byte === openBracket;
const closes = (byte: number): boolean => byte === 0x7d || byte === closeBracket;
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const comma = 0x2c;

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
  for await (const piece of bytes) yield opener.take(piece);
  // A document that is cut leaves the array open: whoever reads it sees that.
  if (opener.isBetween) yield Buffer.from([closeBracket]);
}

class EnvelopeOpener {
  readonly #names: ReadonlySet<string>;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** The string under way at the top of a document, and the key that waits for its value. */
  #text = '';
  #key = '';
  #isArray = false;
  /** Bytes of a document that has shown no array of events so far. */
  #kept: number[] | undefined;
  #hasElement = false;
  /** What comes first after an element needs a comma before it. */
  #needsComma = false;
  #out = Buffer.alloc(0);
  #length = 0;

  constructor(names: ReadonlySet<string>) {
    this.#names = names;
  }

  get isBetween(): boolean {
    return this.#depth === 0;
  }

  take(piece: Buffer): Buffer {
    // A comma at most stands before each byte, and what was kept comes out at most once.
    this.#out = Buffer.allocUnsafe((piece.length + (this.#kept?.length ?? 0)) * 2 + 2);
    this.#length = 0;
    for (const byte of piece) {
      if (this.#isArray) this.#takeInArray(byte);
      else this.#takeOutside(byte);
    }
    return this.#out.subarray(0, this.#length);
  }

  #takeInArray(byte: number): void {
    const isEnd = byte === closeBracket && this.#depth === 2 && !this.#inString;
    this.#scan(byte);
    if (isEnd) {
      this.#isArray = false;
      this.#needsComma = this.#hasElement;
    } else if (isSpace(byte)) this.#emit(byte);
    else this.#emitElement(byte);
  }

  #takeOutside(byte: number): void {
    if (this.#depth === 0 && opens(byte)) this.#kept = [];
    this.#kept?.push(byte);
    this.#scan(byte);
    if (this.#isArray) this.#kept = undefined;
    if (this.#depth > 0 || this.#kept === undefined || !closes(byte)) return;
    // A whole document that was none of those that hold events.
    for (const one of this.#kept) this.#emitElement(one);
    this.#kept = undefined;
    this.#needsComma = true;
  }

  #emitElement(byte: number): void {
    if (this.#needsComma) this.#emit(comma);
    this.#needsComma = false;
    this.#hasElement = true;
    this.#emit(byte);
  }

  #emit(byte: number): void {
    this.#out[this.#length++] = byte;
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
