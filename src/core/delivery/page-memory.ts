/** Memory is taken from the system in pieces of this size, when they are first written to. */
const slabBytes = 1024 * 1024;

/**
 * A fixed amount of memory in small pages, from which all open objects take their unsealed bytes. It bounds what a run
 * holds however many partitions are open, and makes no garbage. What is never used is never allocated, so that a
 * small batch does not pay for the memory of a large one.
 */
export class PageMemory {
  readonly pageBytes: number;
  readonly #slabs: Buffer[] = [];
  readonly #pagesPerSlab: number;
  readonly #pages: number;
  readonly #returned: number[] = [];
  #untouched = 0;

  constructor(totalBytes: number, pageBytes: number) {
    this.pageBytes = pageBytes;
    this.#pages = Math.max(1, Math.floor(totalBytes / pageBytes));
    this.#pagesPerSlab = Math.max(1, Math.floor(slabBytes / pageBytes));
  }

  get pages(): number {
    return this.#pages;
  }

  get freePages(): number {
    return this.#returned.length + this.#pages - this.#untouched;
  }

  /** A free page, or undefined when none is left. */
  take(): number | undefined {
    const returned = this.#returned.pop();
    if (returned !== undefined) return returned;
    return this.#untouched < this.#pages ? this.#untouched++ : undefined;
  }

  give(page: number): void {
    this.#returned.push(page);
  }

  /** Copies bytes `start` to `end` of `from` to `offset` in the page. */
  write(page: number, offset: number, from: Buffer, [start, end]: [number, number]): void {
    from.copy(this.#slabOf(page), this.#placeOf(page) + offset, start, end);
  }

  /** Copies the first `bytes` bytes of the page to `at` in `into`. */
  read(page: number, bytes: number, into: Buffer, at: number): void {
    const place = this.#placeOf(page);
    this.#slabOf(page).copy(into, at, place, place + bytes);
  }

  #slabOf(page: number): Buffer {
    const index = Math.floor(page / this.#pagesPerSlab);
    return (this.#slabs[index] ??= this.#newSlab(index));
  }

  /** The last slab has the pages that are left. */
  #newSlab(index: number): Buffer {
    const pages = Math.min(this.#pagesPerSlab, this.#pages - index * this.#pagesPerSlab);
    return Buffer.allocUnsafeSlow(pages * this.pageBytes);
  }

  /** Where the page begins in its slab. */
  #placeOf(page: number): number {
    return (page % this.#pagesPerSlab) * this.pageBytes;
  }
}
