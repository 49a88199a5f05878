import { parseInstant } from '../../audit-types/event-time.ts';
import type { InstantForm } from '../../audit-types/event-time.ts';
import { readInstant } from './instant-bytes.ts';
import { SlotMemory } from './slot-memory.ts';
import type { SlotTree } from './value-slots.ts';

const minus = 0x2d;
const zero = 0x30;
const backslash = 0x5c;
const letterT = 0x74;

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
  readonly #memory: SlotMemory;
  #bytes: Buffer = Buffer.alloc(0);
  #lineStart = 0;

  private constructor(memory: SlotMemory) {
    this.#memory = memory;
    this.kinds = memory.kinds;
    this.itemKinds = memory.itemKinds;
  }

  /** Undefined where this engine can't read so. */
  static open(tree: SlotTree): SlotReader | undefined {
    const memory = SlotMemory.open(tree, (start, end) => reader?.kindOfNumber(start, end) ?? 0);
    const reader = memory && new SlotReader(memory);
    return reader;
  }

  /**
   * Reads the object in bytes `start` to `end`, which must be UTF-8. 0 if it is none, or is left to the parser; else its shape, a
   * number that is the same for objects with the same names at the places that are looked at, in whatever order.
   */
  read(bytes: Buffer, start: number, end: number): number {
    this.#bytes = bytes;
    this.#lineStart = start;
    return this.#memory.read(bytes, start, end);
  }

  /** The value in a slot, as `JSON.parse` would give it; undefined where there is none, or where it is an object or array. */
  valueOf(slot: number): unknown {
    const start = this.#startOf(slot);
    const end = this.#endOf(slot);
    switch (this.kinds[slot]) {
      case kinds.string:
        return textBetween(this.#bytes, start + 1, end - 1);
      case kinds.integer:
      case kinds.fraction:
        return numberOf(this.#bytes, start, end);
      case kinds.boolean:
        return this.#bytes[start] === letterT;
      case kinds.null:
        return null;
      default:
        return undefined;
    }
  }

  /** The instant in a slot, in one of the forms; undefined where there is none. */
  instantOf(slot: number, forms: readonly InstantForm[]): number | undefined {
    const start = this.#startOf(slot);
    const end = this.#endOf(slot);
    if (this.kinds[slot] === kinds.string && forms.includes('iso-8601')) {
      const quick = readInstant(this.#bytes, start + 1, end - 1);
      if (quick !== undefined) return quick;
    }
    return parseInstant(this.valueOf(slot), forms);
  }

  /** The last line, parsed. */
  parsed(end: number): unknown {
    return JSON.parse(this.#bytes.toString('utf8', this.#lineStart, end));
  }

  /** Whether a slot holds this text, of ASCII without escapes. */
  isText(slot: number, text: string): boolean {
    const start = this.#startOf(slot) + 1;
    if (this.#endOf(slot) - 1 - start !== text.length) return false;
    for (let at = 0; at < text.length; at++)
      if (this.#bytes[start + at] !== text.charCodeAt(at)) return false;
    return true;
  }

  isEmptyText(slot: number): boolean {
    return this.kinds[slot] === kinds.string && this.#endOf(slot) === this.#startOf(slot) + 2;
  }

  /** What a number is that is not just digits, by its place in the line; 0 leaves the line to the parser. */
  private kindOfNumber(start: number, end: number): number {
    const value = numberOf(this.#bytes, this.#lineStart + start, this.#lineStart + end);
    // A number too large to be one: ajv refuses it.
    if (!Number.isFinite(value)) return 0;
    return Number.isInteger(value) ? kinds.integer : kinds.fraction;
  }

  #startOf(slot: number): number {
    return this.#lineStart + (this.#memory.starts[slot] as number);
  }

  #endOf(slot: number): number {
    return this.#lineStart + (this.#memory.ends[slot] as number);
  }
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

/** The text of a string whose bytes between the quotes are given. */
function textBetween(bytes: Buffer, start: number, end: number): string {
  let isAscii = true;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === backslash) return JSON.parse(bytes.toString('utf8', start - 1, end + 1)) as string;
    if (byte > 0x7f) isAscii = false;
  }
  return bytes.toString(isAscii ? 'latin1' : 'utf8', start, end);
}
