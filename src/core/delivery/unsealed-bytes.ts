import type { Spool } from '../../ports/store/spool.ts';
import type { PageMemory } from './page-memory.ts';

/**
 * The end of an open object that is not compressed yet: its older part in the spool, where memory was short, and its
 * newer part in pages.
 */
export class UnsealedBytes {
  readonly #memory: PageMemory;
  /** Where its parts are in the spool, in order, and how long each is: two plain lists, for there can be a million. */
  #positions: number[] = [];
  #lengths: number[] = [];
  #pages: number[] = [];
  #inPages = 0;
  #inSpool = 0;

  constructor(memory: PageMemory) {
    this.#memory = memory;
  }

  get length(): number {
    return this.#inSpool + this.#inPages;
  }

  get pages(): number {
    return this.#pages.length;
  }

  /** Takes as much of `from` between `start` and `end` as there are pages for; returns where it stopped. */
  append(from: Buffer, start: number, end: number): number {
    const { pageBytes } = this.#memory;
    let at = start;
    while (at < end) {
      const used = this.#inPages % pageBytes;
      if (used === 0) {
        const page = this.#memory.take();
        if (page === undefined) return at;
        this.#pages.push(page);
      }
      const bytes = Math.min(pageBytes - used, end - at);
      this.#memory.write(this.#pages.at(-1) as number, used, from, [at, at + bytes]);
      this.#inPages += bytes;
      at += bytes;
    }
    return at;
  }

  /** Copies what is in pages to `at` in `into`, gives the pages back, and returns how many bytes that were. */
  takePages(into: Buffer, at: number): number {
    const { pageBytes } = this.#memory;
    const bytes = this.#inPages;
    for (const [index, page] of this.#pages.entries()) {
      this.#memory.read(page, Math.min(pageBytes, bytes - index * pageBytes), into, at + index * pageBytes);
      this.#memory.give(page);
    }
    this.#pages = [];
    this.#inPages = 0;
    return bytes;
  }

  /** Notes that what was in pages is now in the spool. */
  noteSpooled(position: number, bytes: number): void {
    this.#positions.push(position);
    this.#lengths.push(bytes);
    this.#inSpool += bytes;
  }

  /** Fills `into` (of exactly `length` bytes) with all of it, in order, and is empty afterwards. */
  async takeAll(into: Buffer, spool: Spool): Promise<void> {
    const positions = this.#positions;
    const lengths = this.#lengths;
    const spooled = this.#inSpool;
    this.#positions = [];
    this.#lengths = [];
    this.#inSpool = 0;
    this.takePages(into, spooled);
    let at = 0;
    for (const [index, position] of positions.entries()) {
      const bytes = lengths[index] as number;
      await spool.read(position, into.subarray(at, at + bytes));
      spool.release(position, bytes);
      at += bytes;
    }
  }
}
