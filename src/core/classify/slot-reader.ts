import { parseInstant } from '../audit-types/event-time.ts';
import type { InstantForm } from '../audit-types/event-time.ts';
import { readInstant } from './instant-bytes.ts';
import {
  minus,
  closeBrace,
  closeBracket,
  comma,
  openBrace,
  openBracket,
  passBlank,
  passColon,
  passPlainString,
  passValue,
  quote,
  textBetween,
  unusual,
  zero,
} from './json-bytes.ts';
import type { SlotTree } from './value-slots.ts';
import { MemberTable } from './value-slots.ts';

/** What a value is, one bit each, so that sets of kinds are compared at once. */
export const kinds = {
  null: 1,
  boolean: 2,
  integer: 4,
  /** A number that is not whole. */
  fraction: 8,
  string: 16,
  array: 32,
  object: 64,
} as const;

/** Digits that a whole number may have to be exact. */
const exactDigits = 15;

/**
 * Reads JSON from bytes and notes, for the places that are looked at, what is there: its kind and its bytes. The rest is
 * checked against the grammar and passed over. An object in which a place occurs twice is left to the parser, and so is
 * a key with an escape, which may be a known one in disguise.
 */
export class SlotReader {
  /** By slot: the kind of what the last line has there, or 0; and the kinds of its items, where it is an array. */
  readonly kinds: Uint8Array;
  readonly itemKinds: Uint8Array;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #members: MemberTable;
  readonly #filled: number[] = [];
  #bytes: Buffer = Buffer.alloc(0);

  constructor(tree: SlotTree) {
    this.kinds = new Uint8Array(tree.count);
    this.itemKinds = new Uint8Array(tree.count);
    this.#starts = new Int32Array(tree.count);
    this.#ends = new Int32Array(tree.count);
    this.#members = new MemberTable(tree.root.members);
  }

  /**
   * Reads the object in bytes `start` to `end`, which must be UTF-8 and be followed by LF or CR. False if it is none, or
   * is left to the parser.
   */
  read(bytes: Buffer, start: number, end: number): boolean {
    this.#forget();
    this.#bytes = bytes;
    const at = passBlank(bytes, start);
    if (bytes[at] !== openBrace) return false;
    this.kinds[0] = kinds.object;
    try {
      return passBlank(bytes, this.#object(at, this.#members)) === end;
    } catch (error) {
      if (error === unusual) return false;
      throw error;
    }
  }

  /** The value in a slot, as `JSON.parse` would give it; undefined where there is none, or where it is an object or array. */
  valueOf(slot: number): unknown {
    const start = this.#starts[slot] as number;
    const end = this.#ends[slot] as number;
    switch (this.kinds[slot]) {
      case kinds.string:
        return textBetween(this.#bytes, start + 1, end - 1);
      case kinds.integer:
      case kinds.fraction:
        return numberOf(this.#bytes, start, end);
      case kinds.boolean:
        return this.#bytes[start] === 0x74;
      case kinds.null:
        return null;
      default:
        return undefined;
    }
  }

  /** The instant in a slot, in one of the forms; undefined where there is none. */
  instantOf(slot: number, forms: readonly InstantForm[]): number | undefined {
    const start = this.#starts[slot] as number;
    const end = this.#ends[slot] as number;
    if (this.kinds[slot] === kinds.string && forms.includes('iso-8601')) {
      const quick = readInstant(this.#bytes, start + 1, end - 1);
      if (quick !== undefined) return quick;
    }
    return parseInstant(this.valueOf(slot), forms);
  }

  isEmptyText(slot: number): boolean {
    return this.kinds[slot] === kinds.string && this.#ends[slot] === (this.#starts[slot] as number) + 2;
  }

  #forget(): void {
    for (let index = 0; index < this.#filled.length; index++) this.kinds[this.#filled[index] as number] = 0;
    this.#filled.length = 0;
  }

  #object(start: number, members: MemberTable): number {
    const bytes = this.#bytes;
    let at = passBlank(bytes, start + 1);
    if (bytes[at] === closeBrace) return at + 1;
    for (;;) {
      if (bytes[at] !== quote) throw unusual;
      const keyEnd = passPlainString(bytes, at);
      const known = members.find(bytes, at + 1, keyEnd - 1);
      at = passColon(bytes, keyEnd);
      if (known === undefined) at = passValue(bytes, at);
      else if (known.members !== undefined && bytes[at] === openBrace)
        at = this.#note(known.slot, kinds.object, at, this.#object(at, known.members));
      else at = this.#value(known.slot, known.items, at);
      at = passBlank(bytes, at);
      if (bytes[at] === closeBrace) return at + 1;
      if (bytes[at] !== comma) throw unusual;
      at = passBlank(bytes, at + 1);
    }
  }

  #value(slot: number, items: boolean, at: number): number {
    const isArray = this.#bytes[at] === openBracket;
    const end = isArray && items ? this.#items(slot, at) : passValue(this.#bytes, at);
    return this.#note(slot, kindOf(this.#bytes, at, end), at, end);
  }

  #items(slot: number, start: number): number {
    const bytes = this.#bytes;
    let found = 0;
    let at = passBlank(bytes, start + 1);
    if (bytes[at] !== closeBracket) {
      for (;;) {
        const end = passValue(bytes, at);
        found |= kindOf(bytes, at, end);
        at = passBlank(bytes, end);
        if (bytes[at] === closeBracket) break;
        if (bytes[at] !== comma) throw unusual;
        at = passBlank(bytes, at + 1);
      }
    }
    this.itemKinds[slot] = found;
    return at + 1;
  }

  #note(slot: number, kind: number, start: number, end: number): number {
    if (this.kinds[slot] !== 0) throw unusual;
    this.kinds[slot] = kind;
    this.#starts[slot] = start;
    this.#ends[slot] = end;
    this.#filled.push(slot);
    return end;
  }
}

/** What a value is, by its first byte; numbers are looked at as a whole. */
function kindOf(bytes: Buffer, start: number, end: number): number {
  const kind = kindsByFirst[bytes[start] as number] as number;
  return kind === kinds.integer ? kindOfNumber(bytes, start, end) : kind;
}

const kindsByFirst = new Uint8Array(256);
for (const digit of '-0123456789') kindsByFirst[digit.charCodeAt(0)] = kinds.integer;
for (const [first, kind] of [
  ['"', kinds.string],
  ['[', kinds.array],
  ['{', kinds.object],
  ['t', kinds.boolean],
  ['f', kinds.boolean],
  ['n', kinds.null],
] as const)
  kindsByFirst[first.charCodeAt(0)] = kind;

function kindOfNumber(bytes: Buffer, start: number, end: number): number {
  const value = numberOf(bytes, start, end);
  // A number too large to be one: ajv refuses it.
  if (!Number.isFinite(value)) throw unusual;
  return Number.isInteger(value) ? kinds.integer : kinds.fraction;
}

function numberOf(bytes: Buffer, start: number, end: number): number {
  const isNegative = bytes[start] === minus;
  let value = 0;
  for (let at = isNegative ? start + 1 : start; at < end; at++) {
    const digit = (bytes[at] as number) - zero;
    if (digit < 0 || digit > 9 || end - start > exactDigits)
      return Number(bytes.toString('latin1', start, end));
    value = value * 10 + digit;
  }
  return isNegative ? -value : value;
}
