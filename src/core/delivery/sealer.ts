import type { Spool } from '../../ports/store/spool.ts';
import type { Codec } from './codec.ts';
import { Semaphore } from './semaphore.ts';
import type { DeliveryLimits } from './limits.ts';
import type { OpenObject, Piece } from './open-object.ts';

/**
 * Turns the unsealed bytes of an object into a compressed piece of it: hashed in order on this thread, compressed on
 * others. Pieces wait in memory while there is room, else in the spool.
 */
export class Sealer {
  readonly #codec: Codec;
  readonly #spool: Spool;
  readonly #compressing: Semaphore;
  readonly #limits: DeliveryLimits;
  readonly #blocks: Buffer[] = [];
  #pieceBytes = 0;

  constructor(codec: Codec, spool: Spool, limits: DeliveryLimits) {
    this.#codec = codec;
    this.#spool = spool;
    this.#limits = limits;
    this.#compressing = new Semaphore(limits.compressing);
  }

  /** Seals what the object has not sealed yet. Returns when the bytes are taken; compressing goes on behind. */
  async seal(object: OpenObject): Promise<void> {
    const bytes = object.unsealed.length;
    if (bytes === 0) return;
    await this.#compressing.enter();
    try {
      const memory = this.#takeBlock(bytes);
      const block = memory.subarray(0, bytes);
      await object.unsealed.takeAll(block, this.#spool);
      object.hash.update(block);
      object.checksum = this.#codec.checksum(block, object.checksum);
      const piece = this.#compress(block, memory);
      // Whoever finishes the object awaits it; until then a failure must not count as unhandled.
      piece.catch(() => undefined);
      object.pieces.push(piece);
    } catch (error) {
      this.#compressing.leave();
      throw error;
    }
  }

  /** All of an object's compressed bytes, from head to tail; its pieces are gone afterwards. */
  async takeBody(object: OpenObject): Promise<Buffer> {
    const pieces = await Promise.all(object.pieces);
    const { head, tail } = this.#codec;
    const buffers = [head];
    for (const piece of pieces) buffers.push(await this.#takePiece(piece));
    buffers.push(tail(object.checksum, object.bytes));
    return Buffer.concat(buffers);
  }

  /** Compressed bytes of the object, as soon as they are known. */
  async compressedBytes(object: OpenObject): Promise<number> {
    const pieces = await Promise.all(object.pieces);
    return pieces.reduce((sum, piece) => sum + ('bytes' in piece ? piece.bytes.length : piece.length), 0);
  }

  async #compress(block: Buffer, memory: Buffer): Promise<Piece> {
    try {
      const bytes = await this.#codec.block(block);
      return await this.#keep(bytes);
    } finally {
      if (memory.length === this.#usualBlock) this.#blocks.push(memory);
      this.#compressing.leave();
    }
  }

  async #keep(bytes: Buffer): Promise<Piece> {
    if (this.#pieceBytes + bytes.length > this.#limits.pieceMemoryBytes)
      return { position: await this.#spool.write(bytes), length: bytes.length };
    this.#pieceBytes += bytes.length;
    return { bytes };
  }

  async #takePiece(piece: Piece): Promise<Buffer> {
    if ('bytes' in piece) {
      this.#pieceBytes -= piece.bytes.length;
      return piece.bytes;
    }
    const bytes = Buffer.allocUnsafe(piece.length);
    await this.#spool.read(piece.position, bytes);
    this.#spool.release(piece.position, piece.length);
    return bytes;
  }

  get #usualBlock(): number {
    return this.#limits.blockBytes * 2;
  }

  /** Small blocks are made small; the usual ones come from memory that is used again. */
  #takeBlock(bytes: number): Buffer {
    if (bytes > this.#usualBlock || bytes < this.#limits.blockBytes / 8) return Buffer.allocUnsafe(bytes);
    return this.#blocks.pop() ?? Buffer.allocUnsafeSlow(this.#usualBlock);
  }
}
