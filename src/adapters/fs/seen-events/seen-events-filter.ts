import { keyWords } from './seen-events-keys.ts';

const bitsPerKey = 16;
/** Bits of one key lie in one block, which is a line of the processor's cache. */
const blockBytes = 64;
const words = 2 ** 32;

/**
 * A blocked Bloom filter (F. Putze, P. Sanders, J. Singler: "Cache-, Hash- and Space-Efficient Bloom Filters", 2007): says
 * of a key that it is certainly not there, or that it may be; of keys that are not there, some two in a thousand may. Keys
 * are hashes already: their third word chooses the block, their second and fourth the six bits within it.
 */
export class KeyFilter {
  readonly bits: Uint8Array;
  readonly #blocks: number;

  constructor(bits: Uint8Array) {
    this.bits = bits;
    this.#blocks = bits.length / blockBytes;
  }

  /** An empty one for so many keys. */
  static for(keys: number): KeyFilter {
    return new KeyFilter(new Uint8Array(filterBytes(keys)));
  }

  add(keys: Uint32Array, key: number): void {
    const at = this.#blockOf(keys, key);
    for (let word = 1; word < keyWords; word += 2) {
      let choice = keys[key * keyWords + word] as number;
      for (let bit = 0; bit < 3; bit++, choice >>>= 9) {
        const byte = at + ((choice >>> 3) & 63);
        this.bits[byte] = (this.bits[byte] as number) | (1 << (choice & 7));
      }
    }
  }

  mayHave(keys: Uint32Array, key: number): boolean {
    const { bits } = this;
    const at = this.#blockOf(keys, key);
    for (let word = 1; word < keyWords; word += 2) {
      let choice = keys[key * keyWords + word] as number;
      for (let bit = 0; bit < 3; bit++, choice >>>= 9)
        if ((((bits[at + ((choice >>> 3) & 63)] as number) >>> (choice & 7)) & 1) === 0) return false;
    }
    return true;
  }

  #blockOf(keys: Uint32Array, key: number): number {
    return Math.trunc(((keys[key * keyWords + 2] as number) / words) * this.#blocks) * blockBytes;
  }
}

/** Bytes of the filter for so many keys. */
export function filterBytes(keys: number): number {
  return Math.ceil((Math.max(1, keys) * bitsPerKey) / 8 / blockBytes) * blockBytes;
}
