/**
 * A fixed amount of memory in small pages, from which all open objects take their unsealed bytes. It bounds what a run
 * holds however many partitions are open, and makes no garbage. Untouched pages cost no resident memory.
 */
export class PageMemory {
  readonly pageBytes: number;
  readonly #memory: Buffer;
  readonly #pages: number;
  readonly #returned: number[] = [];
  #untouched = 0;

  constructor(totalBytes: number, pageBytes: number) {
    this.pageBytes = pageBytes;
    this.#pages = Math.max(1, Math.floor(totalBytes / pageBytes));
    this.#memory = Buffer.allocUnsafeSlow(this.#pages * pageBytes);
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
    from.copy(this.#memory, page * this.pageBytes + offset, start, end);
  }

  /** Copies the first `bytes` bytes of the page to `at` in `into`. */
  read(page: number, bytes: number, into: Buffer, at: number): void {
    this.#memory.copy(into, at, page * this.pageBytes, page * this.pageBytes + bytes);
  }
}
