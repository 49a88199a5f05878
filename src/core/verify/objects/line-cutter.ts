const lf = 0x0a;

/** Cuts pieces into lines; a line that lies in several pieces is put together. */
export class LineCutter {
  readonly #onLine: (line: Buffer, number: number) => void;
  #rest: Buffer[] = [];
  #number = 0;

  constructor(onLine: (line: Buffer, number: number) => void) {
    this.#onLine = onLine;
  }

  take(piece: Buffer): void {
    let start = 0;
    for (let end = piece.indexOf(lf); end !== -1; end = piece.indexOf(lf, start)) {
      this.#line(piece.subarray(start, end));
      start = end + 1;
    }
    if (start < piece.length) this.#rest.push(Buffer.from(piece.subarray(start)));
  }

  end(): void {
    if (this.#rest.length > 0) this.#line(Buffer.alloc(0));
  }

  #line(last: Buffer): void {
    const line = this.#rest.length === 0 ? last : Buffer.concat([...this.#rest, last]);
    this.#rest = [];
    this.#onLine(line, ++this.#number);
  }
}
