import { eventKeyBytes } from '../../../core/classify/event-key.ts';

/** Words of a key. Keys are compared and ordered word by word, as their bytes are. */
export const keyWords = eventKeyBytes / 4;

const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** Keys as words, so that their order as numbers is the order of their bytes. */
export function wordsOf(keys: Uint8Array): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(keys.length / 4);
  const bytes = Buffer.from(words.buffer);
  bytes.set(keys);
  if (isLittleEndian) bytes.swap32();
  return words;
}

/** The bytes of words. */
export function bytesOfWords(words: Uint32Array): Buffer {
  const bytes = Buffer.from(words.slice().buffer);
  return isLittleEndian ? bytes.swap32() : bytes;
}

/** Below, at or above 0 as key `a` of one list comes before, is the same as, or comes after key `b` of another. */
export function compareKeys(some: Uint32Array, a: number, others: Uint32Array, b: number): number {
  for (let word = 0; word < keyWords; word++) {
    const difference = (some[a * keyWords + word] as number) - (others[b * keyWords + word] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The place of a key in a sorted list, or of the last one before it (-1: all come after it). */
export function findKey(
  sorted: Uint32Array,
  keys: Uint32Array,
  key: number,
): { at: number; isThere: boolean } {
  let low = 0;
  let high = sorted.length / keyWords - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const order = compareKeys(sorted, middle, keys, key);
    if (order === 0) return { at: middle, isThere: true };
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return { at: high, isThere: false };
}

/** Sorts keys; their first word decides nearly always, so it is sorted as numbers, together with the place of the key. */
export function sortKeys(words: Uint32Array): Uint32Array<ArrayBuffer> {
  const count = words.length / keyWords;
  const places = 2 ** Math.ceil(Math.log2(Math.max(2, count)));
  const order = new Float64Array(count);
  for (let key = 0; key < count; key++) order[key] = (words[key * keyWords] as number) * places + key;
  order.sort();
  const indexes = Uint32Array.from(order, (value) => value % places);
  orderEqualFirstWords(words, indexes);
  const sorted = new Uint32Array(words.length);
  for (let to = 0; to < count; to++) {
    const from = (indexes[to] as number) * keyWords;
    for (let word = 0; word < keyWords; word++) sorted[to * keyWords + word] = words[from + word] as number;
  }
  return sorted;
}

function orderEqualFirstWords(words: Uint32Array, indexes: Uint32Array): void {
  const firstWord = (at: number): number | undefined => words[(indexes[at] as number) * keyWords];
  for (let from = 0, to = 0; from < indexes.length; from = to) {
    for (to = from + 1; to < indexes.length && firstWord(to) === firstWord(from);) to++;
    if (to - from > 1) indexes.subarray(from, to).sort((a, b) => compareKeys(words, a, words, b));
  }
}

const firstRoom = 1024;

/** Keys in memory: 24 to 48 bytes each. */
export class KeySet {
  #words = new Uint32Array(firstRoom * keyWords);
  /** Places of keys, from 1; a table of twice as many as there is room for. */
  #slots = new Uint32Array(firstRoom * 2);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(keys: Uint32Array, key: number): boolean {
    return this.#slots[this.#slotOf(keys, key)] !== 0;
  }

  /** Adds a key that is not there. */
  add(keys: Uint32Array, key: number): void {
    if (this.#size * keyWords === this.#words.length) this.#grow();
    this.#words.set(keys.subarray(key * keyWords, (key + 1) * keyWords), this.#size * keyWords);
    this.#slots[this.#slotOf(keys, key)] = ++this.#size;
  }

  sorted(): Uint32Array {
    return sortKeys(this.#words.subarray(0, this.#size * keyWords));
  }

  /** Where the key is, or the free slot where it belongs. Keys are hashes: any word of one is as good as a hash of it. */
  #slotOf(keys: Uint32Array, key: number): number {
    const mask = this.#slots.length - 1;
    let slot = (keys[key * keyWords + 1] as number) & mask;
    for (;;) {
      const place = this.#slots[slot] as number;
      if (place === 0 || compareKeys(this.#words, place - 1, keys, key) === 0) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    const words = this.#words;
    this.#words = new Uint32Array(words.length * 2);
    this.#words.set(words);
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let key = 0; key < this.#size; key++) this.#slots[this.#slotOf(this.#words, key)] = key + 1;
  }
}
