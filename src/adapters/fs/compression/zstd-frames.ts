/** What of a frame comes next (RFC 8878, 3.1): its parts are told by their length, and most are passed by unseen. */
type Part =
  | 'magic'
  | 'descriptor'
  | 'rest-of-header'
  | 'block-header'
  | 'block'
  | 'checksum'
  | 'skippable-size'
  | 'skippable';

const frameMagic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;
const dictionaryIdBytes = [0, 1, 2, 4];
const contentSizeBytes = [0, 2, 4, 8];
const runLengthBlock = 1;

/**
 * Cuts a stream of zstd bytes so that a piece never holds more than one frame. Node's decoder drops what follows the end
 * of a frame within a piece, and takes a stream that is cut for one that is whole: this throws for the second, and makes
 * the first harmless.
 */
export async function* cutAtFrames(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const walker = new FrameWalker();
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      const end = walker.walk(piece, at);
      yield piece.subarray(at, end);
      at = end;
    }
  }
  if (!walker.isBetweenFrames) throw new Error('the last frame is cut');
}

class FrameWalker {
  #part: Part = 'magic';
  /** Bytes of the part that are still to come, and those of a part that is looked at. */
  #missing = 4;
  #seen: number[] = [];
  #hasChecksum = false;
  #lastBlock = false;

  get isBetweenFrames(): boolean {
    return this.#part === 'magic' && this.#seen.length === 0;
  }

  /** Walks on from `start`; returns the end of the piece, or that of the frame. */
  walk(piece: Buffer, start: number): number {
    let at = start;
    while (at < piece.length) {
      const bytes = Math.min(this.#missing, piece.length - at);
      if (isLookedAt(this.#part)) this.#seen.push(...piece.subarray(at, at + bytes));
      at += bytes;
      this.#missing -= bytes;
      if (this.#missing === 0 && this.#endPart()) return at;
    }
    return at;
  }

  /** Goes to the next part that has bytes; true at the end of a frame. */
  #endPart(): boolean {
    const value = this.#seen.reduceRight((sum, byte) => sum * 256 + byte, 0);
    this.#seen = [];
    switch (this.#part) {
      case 'magic':
        return this.#afterMagic(value);
      case 'descriptor':
        return this.#begin('rest-of-header', this.#restOfHeader(value));
      case 'rest-of-header':
        return this.#begin('block-header', 3);
      case 'block-header':
        return this.#afterBlockHeader(value);
      case 'block':
        return this.#afterBlock();
      case 'skippable-size':
        return this.#begin('skippable', value);
      default:
        this.#begin('magic', 4);
        return true;
    }
  }

  #begin(part: Part, bytes: number): boolean {
    this.#part = part;
    this.#missing = bytes;
    return bytes === 0 ? this.#endPart() : false;
  }

  #afterMagic(magic: number): boolean {
    if (magic === frameMagic) return this.#begin('descriptor', 1);
    if (magic >= skippableMagic && magic <= skippableMagic + 15) return this.#begin('skippable-size', 4);
    throw new Error('what follows the last frame is no frame');
  }

  /** Window, dictionary id and content size: how long each is stands in the descriptor. */
  #restOfHeader(descriptor: number): number {
    const singleSegment = (descriptor & 0x20) !== 0;
    const sizeFlag = descriptor >> 6;
    this.#hasChecksum = (descriptor & 0x04) !== 0;
    const contentSize = sizeFlag === 0 && singleSegment ? 1 : (contentSizeBytes[sizeFlag] ?? 0);
    return (singleSegment ? 0 : 1) + (dictionaryIdBytes[descriptor & 0x03] ?? 0) + contentSize;
  }

  #afterBlockHeader(header: number): boolean {
    this.#lastBlock = (header & 1) === 1;
    const type = (header >> 1) & 3;
    return this.#begin('block', type === runLengthBlock ? 1 : header >> 3);
  }

  #afterBlock(): boolean {
    if (!this.#lastBlock) return this.#begin('block-header', 3);
    if (this.#hasChecksum) return this.#begin('checksum', 4);
    this.#begin('magic', 4);
    return true;
  }
}

function isLookedAt(part: Part): boolean {
  return part === 'magic' || part === 'descriptor' || part === 'block-header' || part === 'skippable-size';
}
