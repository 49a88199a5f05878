import { createHash, hash } from 'node:crypto';
import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';

/** What an object holds, uncompressed. */
export interface Content {
  /** 32 bytes. */
  sha256: Buffer;
  bytes: number;
  /** Line ends; a last line without one counts too. */
  lines: number;
  /** What is odd about how it is stored although its content can be read; undefined for nothing. */
  wrapper: string | undefined;
}

export type ContentForm = 'gzip' | 'zstd' | 'none';

/** How an object is compressed that has the name it was delivered under. */
export function formOfName(key: string): ContentForm {
  if (key.endsWith('.gz')) return 'gzip';
  return key.endsWith('.zst') ? 'zstd' : 'none';
}

/** How an object is read. */
export interface ReadContentOptions {
  form: ContentForm;
  /** Stored bytes, as the listing says. */
  size: number;
  /** What holds more bytes than this is not read to its end. */
  mostBytes: number;
  /** Is given the content, piece by piece; a piece is good until it returns. */
  onPiece?: ((piece: Buffer) => void) | undefined;
}

/** The head that every gzip object of this tool begins with, and what stands before its checksum (RFC 1952). */
const gzipHead = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
const gzipTailBytes = 10;
const gzipSumBytes = 8;
const lastBlock = Buffer.from([0x03, 0x00]);
/** Up to so many stored bytes are read whole and uncompressed at once: most of the cost of a small one is its set-up. */
const smallObject = 64 * 1024;
const chunkSize = 256 * 1024;
const lf = 0x0a;

/**
 * Reads an object to its end and says what it holds. Throws what reading it throws, and an Error that says why where it is
 * no whole gzip or zstd. Memory does not depend on its size.
 */
export async function readContent(
  pieces: AsyncIterable<Buffer>,
  options: ReadContentOptions,
): Promise<Content> {
  const sum = new Summing(options);
  const isGzip = options.form === 'gzip';
  if (isGzip && options.size <= smallObject) {
    const stored = await wholeOf(pieces, smallObject);
    return {
      ...sum.whole(gunzipWhole(stored, options.mostBytes)),
      wrapper: oddGzip(stored, stored),
    };
  }
  if (options.form === 'none') {
    for await (const piece of pieces) sum.take(piece);
    return { ...sum.end(), wrapper: undefined };
  }
  const ends = new Ends();
  const engine = isGzip ? zlib.createGunzip({ chunkSize }) : zstdDecoder();
  await pump(pieces, engine, { ends, sum });
  const content = sum.end();
  return { ...content, wrapper: isGzip ? oddGzip(ends.head, ends.tail) : undefined };
}

/** Sums up content. */
class Summing {
  readonly #options: ReadContentOptions;
  readonly #hash = createHash('sha256');
  #lines = 0;
  #last = lf;
  bytes = 0;

  constructor(options: ReadContentOptions) {
    this.#options = options;
  }

  take(piece: Buffer): void {
    this.#count(piece);
    this.#hash.update(piece);
  }

  end(): Omit<Content, 'wrapper'> {
    return this.#summed(this.#hash.digest());
  }

  /** All of it in one piece: hashing it at once is cheaper. */
  whole(content: Buffer): Omit<Content, 'wrapper'> {
    this.#count(content);
    return this.#summed(hash('sha256', content, 'buffer'));
  }

  #summed(sha256: Buffer): Omit<Content, 'wrapper'> {
    return { sha256, bytes: this.bytes, lines: this.#lines + (this.#last === lf ? 0 : 1) };
  }

  #count(piece: Buffer): void {
    if (piece.length === 0) return;
    this.bytes += piece.length;
    if (this.bytes > this.#options.mostBytes)
      throw new Error(`it has more than ${this.#options.mostBytes} bytes`);
    for (let end = piece.indexOf(lf); end !== -1; end = piece.indexOf(lf, end + 1)) this.#lines++;
    this.#last = piece.at(-1) ?? lf;
    this.#options.onPiece?.(piece);
  }
}

/** The first and the last bytes of what goes by. */
class Ends {
  head = Buffer.alloc(0);
  tail = Buffer.alloc(0);

  take(piece: Buffer): void {
    if (this.head.length < gzipHead.length)
      this.head = Buffer.concat([this.head, piece.subarray(0, gzipHead.length - this.head.length)]);
    this.tail = Buffer.concat([this.tail, piece.subarray(-gzipTailBytes)]).subarray(-gzipTailBytes);
  }
}

async function pump(
  pieces: AsyncIterable<Buffer>,
  engine: Transform & { bytesWritten: number },
  { ends, sum }: { ends: Ends; sum: Summing },
): Promise<void> {
  let failure: Error | undefined;
  let stored = 0;
  const ended = new Promise<void>((resolve) => {
    engine.on('data', (piece: Buffer) => {
      try {
        sum.take(piece);
      } catch (error) {
        engine.destroy(error as Error);
      }
    });
    engine.on('error', (error) => {
      failure ??= error;
    });
    engine.on('close', resolve);
  });
  try {
    for await (const piece of pieces) {
      stored += piece.length;
      ends.take(piece);
      // The piece is good until the next one is asked for: it must be through before that.
      await new Promise<void>((resolve) => {
        engine.once('close', resolve);
        engine.write(piece, () => {
          engine.off('close', resolve);
          resolve();
        });
      });
      if (failure !== undefined) break;
    }
    if (failure === undefined) engine.end();
    await ended;
  } finally {
    engine.destroy();
  }
  if (failure !== undefined) throw failure;
  if (engine.bytesWritten !== stored) throw new Error('there are bytes behind its end');
}

async function wholeOf(pieces: AsyncIterable<Buffer>, most: number): Promise<Buffer> {
  const copies: Buffer[] = [];
  let length = 0;
  for await (const piece of pieces) {
    length += piece.length;
    if (length > most) throw new Error('it is longer than the listing says');
    copies.push(Buffer.from(piece));
  }
  return copies.length === 1 ? (copies[0] as Buffer) : Buffer.concat(copies);
}

/** All members at once. Throws where it is no gzip, is cut off, or has bytes behind its end. */
function gunzipWhole(stored: Buffer, mostBytes: number): Buffer {
  const { buffer, engine } = zlib.gunzipSync(stored, {
    info: true,
    maxOutputLength: Math.max(1, mostBytes),
  }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
  if (engine.bytesWritten !== stored.length) throw new Error('there are bytes behind its end');
  return buffer;
}

/**
 * What was changed in the wrapper: bytes that say nothing of the content, and that no checksum covers. What does not end as this
 * tool ends it was compressed anew by another, which may be: the content counts.
 */
function oddGzip(head: Buffer, tail: Buffer): string | undefined {
  if (!tail.subarray(-gzipTailBytes, -gzipSumBytes).equals(lastBlock)) return undefined;
  return head.subarray(0, gzipHead.length).equals(gzipHead)
    ? undefined
    : 'its gzip header is not the one it was written with';
}

/** Throws where this Node has no zstd. */
function zstdDecoder(): Transform & { bytesWritten: number } {
  const { createZstdDecompress } = zlib as {
    createZstdDecompress?: (options: object) => Transform & { bytesWritten: number };
  };
  if (createZstdDecompress === undefined) throw new NoZstd();
  return createZstdDecompress({ chunkSize });
}

/** This Node can't read zstd: nothing is known of the object. */
export class NoZstd extends Error {
  constructor() {
    super('this Node has no zstd: use Node 22.15 or newer');
  }
}
