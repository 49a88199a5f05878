import type { Transform } from 'node:stream';
import { isAuditExportError } from '../../../errors.ts';

/** How one compressed form is read. */
export interface Decoding {
  /** Reads members or frames one behind the other; a new one is made where padding was passed over. */
  decoder: () => Transform & { bytesWritten: number };
  /** How the decoder wants its pieces cut, if it wants that. */
  cut?: ((pieces: AsyncIterable<Buffer>) => AsyncIterable<Buffer>) | undefined;
  /** Opens the same stored bytes once more, where that can be done. */
  again: () => AsyncIterable<Buffer> | undefined;
}

/**
 * Stored bytes that are handed to the decoder at a time. Of the block in which it fails, it keeps back what came before the
 * damage: then the same is read once more, with that block in smaller ones, and at last byte by byte.
 */
const usualBlockBytes = 262_144;
const blockSizes = [usualBlockBytes, 1024, 1];

/**
 * Yields what compressed bytes hold, to their very end: members and frames that come behind padding of zero bytes as well.
 * Throws `DamagedData` where they are damaged, are cut, or go on with something else; all that can be read before that
 * place has been yielded by then, whatever the pieces that the bytes came in, if they can be opened again.
 */
export async function* decodeMembers(
  stored: AsyncIterable<Buffer>,
  decoding: Decoding,
): AsyncGenerator<Buffer> {
  let yielded = 0;
  let fineFrom = 0;
  let pieces: AsyncIterable<Buffer> | undefined = stored;
  let failure: unknown;
  for (const blockBytes of blockSizes) {
    if (pieces === undefined) break;
    const reader = new MemberReader(pieces, decoding, { fineFrom, blockBytes });
    try {
      for await (const piece of behind(reader.read(), yielded)) {
        yielded += piece.length;
        yield piece;
      }
      return;
    } catch (error) {
      failure = error;
      if (!(error instanceof DamagedData) || error.blockOffset === undefined) throw error;
      fineFrom = error.blockOffset;
      pieces = decoding.again();
    }
  }
  throw failure;
}

/** From which stored byte on blocks have which size; before, they have the usual one. */
interface Blocks {
  fineFrom: number;
  blockBytes: number;
}

/** Compressed data that is damaged, cut, or followed by something else. */
export class DamagedData extends Error {
  /** Offset in the stored bytes of what could not be decoded. */
  readonly storedOffset: number;
  /** That of the block that it was in, of which the decoder held back what came before. */
  readonly blockOffset: number | undefined;

  constructor(cause: unknown, storedOffset: number, blockOffset?: number) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.storedOffset = storedOffset;
    this.blockOffset = blockOffset;
  }
}

/** What comes behind the first `bytes` bytes. */
async function* behind(pieces: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const piece of pieces) {
    const skipped = Math.min(left, piece.length);
    left -= skipped;
    if (skipped < piece.length) yield piece.subarray(skipped);
  }
}

type Decoder = ReturnType<Decoding['decoder']>;

/** Feeds decoders block by block while their output is read. */
class MemberReader {
  readonly #stored: AsyncIterable<Buffer>;
  readonly #decoding: Decoding;
  readonly #blocks: Blocks;
  /** The one that is fed is the last; those before it are read out. */
  readonly #decoders: [Decoder, ...Decoder[]];
  /** Stored bytes before the first that the decoder was given, and those that it was given. */
  #base = 0;
  #fed = 0;
  /** Whether a member has ended and only zero bytes came since. */
  #isPadding = false;
  #isStopped = false;
  #isFed = false;
  #failure: { error: unknown } | undefined;
  /** Tell the reader that there is something to read, and the feeder that its bytes are dealt with. */
  #wake: () => void = () => undefined;
  #settle: () => void = () => undefined;

  constructor(stored: AsyncIterable<Buffer>, decoding: Decoding, blocks: Blocks) {
    this.#stored = stored;
    this.#decoding = decoding;
    this.#blocks = blocks;
    this.#decoders = [this.#open()];
  }

  async *read(): AsyncGenerator<Buffer> {
    const feeding = this.#feedAll();
    try {
      for (;;) {
        const piece = this.#decoders[0].read() as Buffer | null;
        if (piece !== null) yield piece;
        else if (this.#decoders.length > 1) this.#decoders.shift();
        else if (this.#isFed || this.#failure !== undefined) break;
        else await this.#change();
      }
      if (this.#failure !== undefined) throw this.#failure.error;
    } finally {
      this.#isStopped = true;
      for (const decoder of this.#decoders) decoder.destroy();
      await feeding;
    }
  }

  #open(): Decoder {
    const decoder = this.#decoding.decoder();
    decoder.on('readable', () => this.#wake());
    decoder.on('error', (error) => {
      this.#fail(new DamagedData(error, this.#base + decoder.bytesWritten, this.#base + this.#fed));
    });
    const settle = (): void => {
      if (this.#current === decoder) this.#settle();
    };
    decoder.on('end', settle);
    // Comes after an error; then nobody calls back.
    decoder.on('close', settle);
    return decoder;
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake();
  }

  async #change(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  async #feedAll(): Promise<void> {
    const { cut = (pieces: AsyncIterable<Buffer>) => pieces } = this.#decoding;
    try {
      for await (const piece of cut(this.#stored)) {
        for (let at = 0; at < piece.length && this.#isOpen;) at += await this.#feed(piece, at);
        if (!this.#isOpen) return;
      }
      if (this.#isOpen && !this.#isPadding) await this.#dealtWith(() => this.#current.end());
    } catch (error) {
      this.#fail(isAuditExportError(error) ? error : new DamagedData(error, this.#base + this.#fed));
    } finally {
      this.#isFed = true;
      this.#wake();
    }
  }

  get #current(): Decoder {
    return this.#decoders.at(-1) ?? this.#decoders[0];
  }

  get #isOpen(): boolean {
    return !this.#isStopped && this.#failure === undefined;
  }

  /** Feeds a block of the piece, or passes over padding; returns the bytes that are dealt with. */
  async #feed(piece: Buffer, at: number): Promise<number> {
    if (this.#isPadding) return this.#passOver(piece, at);
    const { fineFrom, blockBytes } = this.#blocks;
    const before = fineFrom - this.#base - this.#fed;
    const block = piece.subarray(at, at + (before > 0 ? Math.min(usualBlockBytes, before) : blockBytes));
    await this.#dealtWith((done) => this.#current.write(block, done));
    if (!this.#isOpen) return block.length;
    this.#fed += block.length;
    const { bytesWritten } = this.#current;
    const left = this.#fed - bytesWritten;
    if (left === 0) return block.length;
    // The decoder takes no more: zero bytes follow the end of a member.
    this.#base += bytesWritten;
    this.#fed = 0;
    this.#isPadding = true;
    return block.length - left;
  }

  #passOver(piece: Buffer, at: number): number {
    let end = at;
    while (end < piece.length && piece[end] === 0) end++;
    this.#base += end - at;
    if (end === piece.length) return end - at;
    this.#isPadding = false;
    this.#decoders.push(this.#open());
    return end - at;
  }

  /** Resolves when all that comes of what was asked has been made, or nothing will come any more. */
  async #dealtWith(ask: (done: () => void) => void): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#settle = resolve;
      ask(resolve);
    });
  }
}
