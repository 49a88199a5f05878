/**
 * Passes over a line of JSON (RFC 8259) in UTF-8 without decoding it, and notes what stands at the places that are looked
 * at. AssemblyScript, not TypeScript: `npm run generate` compiles it to WebAssembly, for there sixteen bytes of a string are
 * looked at in one step. src/core/classify/slots/slot-reader.ts is who calls it, and slot-memory.ts lays the tables it reads.
 *
 * What is passed over must be followed by a byte below 0x20 other than the tab: there everything stops, so that nothing is
 * compared with a length. Functions take where something begins and return where it ends, or 0 for what is no JSON or is
 * left to the parser.
 */

/** What a number is that is not just digits; 0 leaves the line to the parser. */
declare function kindOfNumber(start: usize, end: usize): u32;

const tab: u32 = 0x09;
const space: u32 = 0x20;
const quote: u32 = 0x22;
const plus: u32 = 0x2b;
const comma: u32 = 0x2c;
const minus: u32 = 0x2d;
const point: u32 = 0x2e;
const zero: u32 = 0x30;
const colon: u32 = 0x3a;
const openBracket: u32 = 0x5b;
const backslash: u32 = 0x5c;
const closeBracket: u32 = 0x5d;
const letterB: u32 = 0x62;
const letterE: u32 = 0x65;
const letterF: u32 = 0x66;
const letterN: u32 = 0x6e;
const letterR: u32 = 0x72;
const letterT: u32 = 0x74;
const letterU: u32 = 0x75;
const slash: u32 = 0x2f;
const openBrace: u32 = 0x7b;
const closeBrace: u32 = 0x7d;

/** The words, as four bytes of them are loaded. */
const wordTrue: u32 = 0x65757274;
const wordNull: u32 = 0x6c6c756e;
const wordAlse: u32 = 0x65736c61;

/** Brackets deeper than this are left to the parser. */
const deepest: u32 = 64;
const closers = memory.data(64);

/** Kinds of values: those of slot-reader.ts. */
const kindNull: u32 = 1;
const kindBoolean: u32 = 2;
const kindInteger: u32 = 4;
const kindString: u32 = 16;
const kindArray: u32 = 32;
const kindObject: u32 = 64;
/** Digits that a whole number may have to be exact. */
const exactDigits: usize = 15;

/** By slot: kinds and kinds of items, a byte each; begin and end, four bytes each, counted from the line's first byte. */
let kindsAt: usize = 0;
let itemKindsAt: usize = 0;
let startsAt: usize = 0;
let endsAt: usize = 0;
let slotCount: usize = 0;
let rootTable: usize = 0;
let lineAt: usize = 0;
/** A sum over the names that were met in tables: the same for objects with the same names, in whatever order. */
let shape: u32 = 0;

/** Says where the slots are (all zero), the table of the outermost members, and the line that is to be read. */
export function setUp(slots: usize, count: usize, root: usize, line: usize): void {
  slotCount = count;
  startsAt = slots;
  endsAt = startsAt + count * 4;
  kindsAt = endsAt + count * 4;
  itemKindsAt = kindsAt + count;
  rootTable = root;
  lineAt = line;
}

/** Reads the object in the first `length` bytes at the line's place, behind which is an LF: its shape, or 0 if it is left to the parser. */
export function readLine(length: usize): i32 {
  memory.fill(kindsAt, 0, slotCount);
  shape = 0;
  const at = passBlank(lineAt);
  if (load<u8>(at) != openBrace) return 0;
  store<u8>(kindsAt, <u8>kindObject);
  const end = passObject(at, rootTable);
  if (end == 0 || passBlank(end) != lineAt + length) return 0;
  return <i32>((shape & 0x3fffffff) | 1);
}

/** Spreads the bits of a number, so that sums of such tell which numbers they are of. */
function spread(word: u32): u32 {
  let bits = (word ^ (word >> 16)) * 0x7feb352d;
  bits = (bits ^ (bits >> 15)) * 0x846ca68b;
  return bits ^ (bits >> 16);
}

/** A name that is in no table: its bytes and the table count. */
function spreadName(table: usize, start: usize, end: usize): u32 {
  let bits: u32 = <u32>table ^ 0x811c9dc5;
  for (let at = start; at < end; at++) bits = (bits ^ <u32>load<u8>(at)) * 0x01000193;
  return spread(bits);
}

function passObject(start: usize, table: usize): usize {
  let at = passBlank(start + 1);
  if (load<u8>(at) == closeBrace) return at + 1;
  while (true) {
    if (load<u8>(at) != quote) return 0;
    const keyEnd = passPlainString(at);
    if (keyEnd == 0) return 0;
    const member = findMember(table, at + 1, keyEnd - 1);
    shape += member == 0 ? spreadName(table, at + 1, keyEnd - 1) : spread(<u32>member);
    at = passColon(keyEnd);
    if (at == 0) return 0;
    at = member == 0 ? passValue(at) : passKnown(member, at);
    if (at == 0) return 0;
    at = passBlank(at);
    const behind: u32 = load<u8>(at);
    if (behind == closeBrace) return at + 1;
    if (behind != comma) return 0;
    at = passBlank(at + 1);
  }
}

/**
 * The member of that name, or 0. A table has 256 places of four bytes, each with where the first member is; a member has
 * the next one, its slot, the table of its own members, whether items are looked at, the length of its key, and the key.
 */
function findMember(table: usize, start: usize, end: usize): usize {
  const length = <u32>(end - start);
  const cell = length == 0 ? 0 : (length * 29 + <u32>load<u8>(start) * 7 + <u32>load<u8>(end - 1) * 13) & 255;
  let member: usize = load<u32>(table + cell * 4);
  while (member != 0) {
    if (load<u32>(member, 16) == length && areEqual(member + 20, start, length)) return member;
    member = load<u32>(member);
  }
  return 0;
}

function areEqual(a: usize, b: usize, length: u32): bool {
  let at: u32 = 0;
  while (at + 8 <= length) {
    if (load<u64>(a + at) != load<u64>(b + at)) return false;
    at += 8;
  }
  while (at < length) {
    if (load<u8>(a + at) != load<u8>(b + at)) return false;
    at++;
  }
  return true;
}

/** The value of a member that is looked at. A member that occurs twice is left to the parser. */
function passKnown(member: usize, start: usize): usize {
  const slot: usize = load<u32>(member, 4);
  const first: u32 = load<u8>(start);
  const table: usize = load<u32>(member, 8);
  let end: usize = 0;
  let kind: u32 = 0;
  if (table != 0 && first == openBrace) {
    end = passObject(start, table);
    kind = kindObject;
  } else {
    const isList = first == openBracket && load<u32>(member, 12) != 0;
    end = isList ? passItems(slot, start) : passValue(start);
    if (end != 0) kind = kindOf(start, end);
  }
  if (end == 0 || kind == 0 || load<u8>(kindsAt + slot) != 0) return 0;
  store<u8>(kindsAt + slot, <u8>kind);
  store<u32>(startsAt + slot * 4, <u32>(start - lineAt));
  store<u32>(endsAt + slot * 4, <u32>(end - lineAt));
  return end;
}

function passItems(slot: usize, start: usize): usize {
  let found: u32 = 0;
  let at = passBlank(start + 1);
  if (load<u8>(at) != closeBracket) {
    while (true) {
      const end = passValue(at);
      if (end == 0) return 0;
      const kind = kindOf(at, end);
      if (kind == 0) return 0;
      found |= kind;
      at = passBlank(end);
      const behind: u32 = load<u8>(at);
      if (behind == closeBracket) break;
      if (behind != comma) return 0;
      at = passBlank(at + 1);
    }
  }
  store<u8>(itemKindsAt + slot, <u8>found);
  return at + 1;
}

/** What a value is, by its first byte; numbers are looked at as a whole. */
function kindOf(start: usize, end: usize): u32 {
  const first: u32 = load<u8>(start);
  if (first == quote) return kindString;
  if (first == openBrace) return kindObject;
  if (first == openBracket) return kindArray;
  if (first == letterT || first == letterF) return kindBoolean;
  if (first == letterN) return kindNull;
  let at = first == minus ? start + 1 : start;
  while (isDigit(load<u8>(at))) at++;
  return at == end && end - start <= exactDigits ? kindInteger : kindOfNumber(start - lineAt, end - lineAt);
}

function passBlank(start: usize): usize {
  let at = start;
  while (true) {
    const byte: u32 = load<u8>(at);
    if (byte != space && byte != tab) return at;
    at++;
  }
}

/** The first byte from `start` on that may not stand in a string as it is. */
function passPlain(start: usize): usize {
  const quotes = i8x16.splat(<i8>quote);
  const backslashes = i8x16.splat(<i8>backslash);
  const controls = i8x16.splat(<i8>space);
  let at = start;
  while (true) {
    const bytes = v128.load(at);
    const special = v128.or(v128.eq<i8>(bytes, quotes), v128.eq<i8>(bytes, backslashes));
    const mask = v128.bitmask<i8>(v128.or(special, v128.lt<u8>(bytes, controls)));
    if (mask != 0) return at + ctz<u32>(<u32>mask);
    at += 16;
  }
}

/** A string without escapes, from its opening quote. */
function passPlainString(start: usize): usize {
  const at = passPlain(start + 1);
  return load<u8>(at) == quote ? at + 1 : 0;
}

/** A string, from its opening quote. */
function passString(start: usize): usize {
  let at = start + 1;
  while (true) {
    at = passPlain(at);
    const byte: u32 = load<u8>(at);
    if (byte == quote) return at + 1;
    if (byte != backslash) return 0;
    at = passEscape(at + 1);
    if (at == 0) return 0;
  }
}

function passEscape(start: usize): usize {
  const letter: u32 = load<u8>(start);
  if (letter == quote || letter == backslash || letter == slash) return start + 1;
  if (letter == letterB || letter == letterF || letter == letterN) return start + 1;
  if (letter == letterR || letter == letterT) return start + 1;
  if (letter != letterU) return 0;
  for (let at = start + 1; at <= start + 4; at++) if (!isHex(load<u8>(at))) return 0;
  return start + 5;
}

function isHex(byte: u32): bool {
  return isDigit(byte) || (byte | 0x20) - 0x61 < 6;
}

function isDigit(byte: u32): bool {
  return byte - zero < 10;
}

/** A number, true, false or null. */
function passScalar(start: usize): usize {
  const first: u32 = load<u8>(start);
  if (first == minus || isDigit(first)) return passNumber(start);
  if (first == letterF) return load<u32>(start + 1) == wordAlse ? start + 5 : 0;
  const word = load<u32>(start);
  return word == wordTrue || word == wordNull ? start + 4 : 0;
}

function passNumber(start: usize): usize {
  let at = load<u8>(start) == minus ? start + 1 : start;
  at = load<u8>(at) == zero ? at + 1 : passDigits(at);
  if (at == 0) return 0;
  if (load<u8>(at) == point) at = passDigits(at + 1);
  if (at == 0) return 0;
  if ((load<u8>(at) | 0x20) != letterE) return at;
  const sign: u32 = load<u8>(at + 1);
  return passDigits(sign == plus || sign == minus ? at + 2 : at + 1);
}

/** One digit or more. */
function passDigits(start: usize): usize {
  let at = start;
  while (isDigit(load<u8>(at))) at++;
  return at == start ? 0 : at;
}

/** The colon behind a key, and the white space around it: where the value begins. */
function passColon(start: usize): usize {
  const at = passBlank(start);
  return load<u8>(at) == colon ? passBlank(at + 1) : 0;
}

/** A key and its colon: where the value begins. */
function passKey(start: usize): usize {
  const at = passBlank(start);
  if (load<u8>(at) != quote) return 0;
  const end = passString(at);
  return end == 0 ? 0 : passColon(end);
}

/** A value of any kind, its first byte at `start`. */
function passValue(start: usize): usize {
  let at = start;
  let depth: u32 = 0;
  do {
    const first: u32 = load<u8>(at);
    if (first == quote) at = passString(at);
    else if (first == openBrace || first == openBracket) {
      const closer = first + 2;
      at = passBlank(at + 1);
      if (load<u8>(at) == closer) at++;
      else {
        if (depth == deepest) return 0;
        store<u8>(closers + depth++, <u8>closer);
        if (closer == closeBrace) at = passKey(at);
        if (at == 0) return 0;
        continue;
      }
    } else at = passScalar(at);
    if (at == 0) return 0;
    while (depth > 0) {
      at = passBlank(at);
      if (load<u8>(at) != load<u8>(closers + depth - 1)) break;
      at++;
      depth--;
    }
    if (depth > 0) at = passComma(at, load<u8>(closers + depth - 1));
    if (at == 0) return 0;
  } while (depth > 0);
  return at;
}

/** The comma behind a member or an item, and the next member's key: where the next value begins. */
function passComma(start: usize, closer: u32): usize {
  if (load<u8>(start) != comma) return 0;
  return closer == closeBrace ? passKey(start + 1) : passBlank(start + 1);
}
