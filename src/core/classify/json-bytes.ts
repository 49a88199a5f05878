/**
 * Passes over JSON (RFC 8259) in bytes without decoding it. All functions take the bytes and where something begins, and
 * return where it ends. What they read must be followed by a byte below 0x20 other than the tab (a line's end is one):
 * there they stop, so that nothing is compared with a length.
 */

export const quote = 0x22;
export const comma = 0x2c;
export const minus = 0x2d;
export const zero = 0x30;
const nine = 0x39;
export const openBracket = 0x5b;
export const closeBracket = 0x5d;
export const openBrace = 0x7b;
export const closeBrace = 0x7d;
const tab = 0x09;
const space = 0x20;
const plus = 0x2b;
const point = 0x2e;
const colon = 0x3a;
const backslash = 0x5c;
const letterE = 0x65;
const letterU = 0x75;

/** Brackets deeper than this are left to the parser. */
const deepest = 64;

/** Thrown where bytes are no JSON, or JSON in a form that is left to the parser. */
export const unusual = new Error('left to the parser');

/** 1 for the bytes that may stand in a string as they are. */
const plain = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < space || byte === quote || byte === backslash ? 0 : 1,
);
/** 1 for the bytes that may follow a backslash; `u` is told apart. */
const escapable = new Uint8Array(256);
for (const byte of Buffer.from('"\\/bfnrt')) escapable[byte] = 1;
/** The bare words, by their first byte. */
const words: (Uint8Array | undefined)[] = Array.from({ length: 256 }, () => undefined);
for (const word of ['true', 'false', 'null']) words[word.charCodeAt(0)] = new Uint8Array(Buffer.from(word));

/** White space within a line: where the next token begins. */
export function passBlank(bytes: Uint8Array, at: number): number {
  let next = at;
  while (bytes[next] === space || bytes[next] === tab) next++;
  return next;
}

/** A string, from its opening quote. */
export function passString(bytes: Uint8Array, at: number): number {
  let next = at + 1;
  for (;;) {
    while (plain[bytes[next] as number] === 1) next++;
    const byte = bytes[next];
    if (byte === quote) return next + 1;
    if (byte !== backslash) throw unusual;
    next = passEscape(bytes, next + 1);
  }
}

/** A string without escapes, from its opening quote. */
export function passPlainString(bytes: Uint8Array, at: number): number {
  let next = at + 1;
  while (plain[bytes[next] as number] === 1) next++;
  if (bytes[next] !== quote) throw unusual;
  return next + 1;
}

function passEscape(bytes: Uint8Array, at: number): number {
  const letter = bytes[at] as number;
  if (escapable[letter] === 1) return at + 1;
  if (letter !== letterU) throw unusual;
  for (let digit = at + 1; digit <= at + 4; digit++) if (!isHex(bytes[digit] as number)) throw unusual;
  return at + 5;
}

function isHex(byte: number): boolean {
  const lower = byte | space;
  return (byte >= zero && byte <= nine) || (lower >= 0x61 && lower <= 0x66);
}

/** A number, true, false or null. */
function passScalar(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  return first === minus || (first >= zero && first <= nine) ? passNumber(bytes, at) : passWord(bytes, at);
}

function passNumber(bytes: Uint8Array, at: number): number {
  let next = bytes[at] === minus ? at + 1 : at;
  next = bytes[next] === zero ? next + 1 : passDigits(bytes, next);
  if (bytes[next] === point) next = passDigits(bytes, next + 1);
  if (((bytes[next] as number) | space) !== letterE) return next;
  const sign = bytes[next + 1];
  return passDigits(bytes, sign === plus || sign === minus ? next + 2 : next + 1);
}

/** One digit or more. */
function passDigits(bytes: Uint8Array, at: number): number {
  let next = at;
  for (;;) {
    const byte = bytes[next] as number;
    if (byte < zero || byte > nine) break;
    next++;
  }
  if (next === at) throw unusual;
  return next;
}

function passWord(bytes: Uint8Array, at: number): number {
  const word = words[bytes[at] as number];
  if (word === undefined) throw unusual;
  for (let index = 1; index < word.length; index++) if (bytes[at + index] !== word[index]) throw unusual;
  return at + word.length;
}

/** The colon behind a key, and the white space around it: where the value begins. */
export function passColon(bytes: Uint8Array, at: number): number {
  const next = passBlank(bytes, at);
  if (bytes[next] !== colon) throw unusual;
  return passBlank(bytes, next + 1);
}

/** A key and its colon: where the value begins. */
function passKey(bytes: Uint8Array, at: number): number {
  const next = passBlank(bytes, at);
  if (bytes[next] !== quote) throw unusual;
  return passColon(bytes, passString(bytes, next));
}

const closers = new Uint8Array(deepest);

/** A value of any kind, its first byte at `at`. */
export function passValue(bytes: Uint8Array, at: number): number {
  let next = at;
  let depth = 0;
  do {
    const first = bytes[next];
    if (first === quote) next = passString(bytes, next);
    else if (first === openBrace || first === openBracket) {
      const closer = first + 2;
      next = passBlank(bytes, next + 1);
      if (bytes[next] === closer) next++;
      else {
        if (depth === deepest) throw unusual;
        closers[depth++] = closer;
        if (closer === closeBrace) next = passKey(bytes, next);
        continue;
      }
    } else next = passScalar(bytes, next);
    while (depth > 0 && bytes[(next = passBlank(bytes, next))] === closers[depth - 1]) {
      next++;
      depth--;
    }
    if (depth > 0) next = passComma(bytes, next, closers[depth - 1] as number);
  } while (depth > 0);
  return next;
}

/** The comma behind a member or an item, and the next member's key: where the next value begins. */
function passComma(bytes: Uint8Array, at: number, closer: number): number {
  if (bytes[at] !== comma) throw unusual;
  return closer === closeBrace ? passKey(bytes, at + 1) : passBlank(bytes, at + 1);
}

/** The text of a string whose bytes between the quotes are given. */
export function textBetween(bytes: Buffer, start: number, end: number): string {
  let isAscii = true;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === backslash) return JSON.parse(bytes.toString('utf8', start - 1, end + 1)) as string;
    if (byte > 0x7f) isAscii = false;
  }
  return bytes.toString(isAscii ? 'latin1' : 'utf8', start, end);
}
