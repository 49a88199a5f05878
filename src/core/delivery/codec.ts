import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';

export type Compression = 'gzip' | 'none';

/** How the content of an object becomes its body: block by block, so that a block can be compressed while others wait. */
export interface Codec {
  extension: string;
  contentType: string;
  /** What comes before the first block. */
  head: Buffer;
  /** Compresses one block, off the main thread. The block must not change until the promise resolves. */
  block: (bytes: Buffer) => Promise<Buffer>;
  /** Goes on with a checksum over the uncompressed content. */
  checksum: (bytes: Buffer, before: number) => number;
  /** What comes behind the last block, from the checksum and the number of uncompressed bytes. */
  tail: (checksum: number, contentBytes: number) => Buffer;
}

const deflate = promisify(deflateRaw) as (bytes: Buffer, options: object) => Promise<Buffer>;

/** The member header of RFC 1952 with no name and no time (the time would change the bytes), system "Unix". */
const gzipHead = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
/** An empty last block with fixed codes (RFC 1951, 3.2.6): ends a deflate stream whose other blocks are not last. */
const lastBlock = [0x03, 0x00];

/**
 * One gzip member an object, though its blocks are compressed apart: each block's deflate stream ends on a byte border
 * (sync flush) and is not marked as the last, so they can be joined. Some readers stop after the first member of a gzip
 * file, so one member is worth the trouble.
 */
function gzipCodec(level: number): Codec {
  return {
    extension: '.jsonl.gz',
    contentType: 'application/gzip',
    head: gzipHead,
    block: (bytes) =>
      deflate(bytes, { level, finishFlush: constants.Z_SYNC_FLUSH, chunkSize: outputChunk(bytes.length) }),
    checksum: (bytes, before) => crc32(bytes, before),
    tail: (checksum, contentBytes) => {
      const tail = Buffer.alloc(10);
      tail.set(lastBlock);
      tail.writeUInt32LE(checksum, 2);
      tail.writeUInt32LE(contentBytes % 2 ** 32, 6);
      return tail;
    },
  };
}

/** One output buffer that nearly always suffices: each further one is another trip to the thread pool. */
function outputChunk(bytes: number): number {
  return Math.max(1024, Math.ceil(bytes / 4));
}

const plainCodec: Codec = {
  extension: '.jsonl',
  contentType: 'application/x-ndjson',
  head: Buffer.alloc(0),
  block: async (bytes) => Buffer.from(bytes),
  checksum: () => 0,
  tail: () => Buffer.alloc(0),
};

/** The codec of a compression; `level` (1 to 9) counts for gzip only. */
export function buildCodec(compression: Compression, level: number): Codec {
  return compression === 'gzip' ? gzipCodec(level) : plainCodec;
}
