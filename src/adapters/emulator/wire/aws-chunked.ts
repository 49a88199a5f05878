import { WireError } from './wire-error.ts';

const longestLine = 16_384;
const crlf = '\r\n';

/**
 * Takes the frames of `Content-Encoding: aws-chunked` off a body, in pieces of any size: `size[;extension]CRLF data CRLF …
 * 0CRLF trailer:value CRLF CRLF` (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html).
 * Data is handed on as views, not copies.
 */
export class ChunkedDecoder {
  readonly #onData: (data: Buffer) => void;
  readonly trailers = new Map<string, string>();
  #state: 'size' | 'data' | 'data-end' | 'trailer' | 'done' = 'size';
  #line = '';
  #left = 0;

  constructor(onData: (data: Buffer) => void) {
    this.#onData = onData;
  }

  /** Takes the next piece of the body. Throws `WireError` 400 where the frames are broken. */
  push(piece: Buffer): void {
    let offset = 0;
    while (offset < piece.length) {
      if (this.#state === 'data') offset = this.#takeData(piece, offset);
      else if (this.#state === 'done') throw incomplete();
      else offset = this.#takeLine(piece, offset);
    }
  }

  /** To be called at the end of the body. Throws `WireError` 400 where the last frame is missing. */
  finish(): void {
    // Some clients leave out the empty line after the trailers.
    if (this.#state === 'trailer' && this.#line === '') this.#state = 'done';
    if (this.#state !== 'done') throw incomplete();
  }

  #takeData(piece: Buffer, offset: number): number {
    const end = Math.min(piece.length, offset + this.#left);
    this.#onData(piece.subarray(offset, end));
    this.#left -= end - offset;
    if (this.#left === 0) this.#state = 'data-end';
    return end;
  }

  #takeLine(piece: Buffer, offset: number): number {
    const newline = piece.indexOf(10, offset);
    const end = newline === -1 ? piece.length : newline + 1;
    this.#line += piece.toString('latin1', offset, end);
    if (this.#line.length > longestLine) throw incomplete();
    if (newline !== -1) {
      if (!this.#line.endsWith(crlf)) throw incomplete();
      const line = this.#line.slice(0, -2);
      this.#line = '';
      this.#endOfLine(line);
    }
    return end;
  }

  #endOfLine(line: string): void {
    if (this.#state === 'data-end') {
      if (line !== '') throw incomplete();
      this.#state = 'size';
    } else if (this.#state === 'size') {
      const [size = ''] = line.split(';');
      if (!/^[0-9a-f]{1,12}$/i.test(size)) throw incomplete();
      this.#left = Number.parseInt(size, 16);
      this.#state = this.#left === 0 ? 'trailer' : 'data';
    } else if (line === '') this.#state = 'done';
    else this.#takeTrailer(line);
  }

  #takeTrailer(line: string): void {
    const colon = line.indexOf(':');
    if (colon < 1) throw incomplete();
    this.trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}

function incomplete(): WireError {
  return new WireError(400, 'IncompleteBody', 'The request body terminated unexpectedly');
}
