import { promisify } from 'node:util';
import type { ZlibOptions } from 'node:zlib';
import * as zlib from 'node:zlib';
import { AuditExportError } from '../../errors.ts';

export type Compression = 'gzip' | 'zstd' | 'none';

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

const { constants, crc32, deflateRawSync } = zlib;
const deflate = promisify(zlib.deflateRaw) as (bytes: Buffer, options: object) => Promise<Buffer>;

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
    block: async (bytes) => {
      const options = deflateOptions(bytes.length, level);
      return bytes.length < smallBlock ? deflateRawSync(bytes, options) : deflate(bytes, options);
    },
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

/** Below this, handing a block to another thread costs more than compressing it. */
const smallBlock = 32 * 1024;

/** A window no larger than the block, and tables to match: setting them up is most of the cost of a small block. */
function deflateOptions(bytes: number, level: number): ZlibOptions {
  const windowBits = Math.min(15, Math.max(9, Math.ceil(Math.log2(bytes))));
  return {
    level,
    windowBits,
    memLevel: windowBits === 15 ? 9 : windowBits - 7,
    finishFlush: constants.Z_SYNC_FLUSH,
    chunkSize: outputChunk(bytes),
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

type Compress<T> = (bytes: Buffer, options: { params: Record<number, number>; pledgedSrcSize: number }) => T;

/** What Node has of zstd from 22.15 and 23.8 on. */
interface Zstd {
  zstdCompress?: (...args: unknown[]) => void;
  zstdCompressSync?: Compress<Buffer>;
}

/** Parameters of zstd (`ZSTD_c_…` in zstd.h), by their numbers there, for types of older Nodes lack them. */
const zstdLevel = 100;
const zstdChecksumFlag = 201;

/**
 * A frame a block, each with its own checksum: readers take frames that follow on each other as one content (RFC 8878,
 * 3.1). Throws `usage` where Node has no zstd.
 */
function zstdCodec(level: number): Codec {
  const { zstdCompress, zstdCompressSync } = zlib as Zstd;
  if (zstdCompress === undefined || zstdCompressSync === undefined) {
    throw new AuditExportError('usage', '--compression zstd: this Node has no zstd.', {
      cure: 'Use Node 22.15 or newer, or --compression gzip.',
    });
  }
  const compress = promisify(zstdCompress) as Compress<Promise<Buffer>>;
  const params = { [zstdLevel]: level, [zstdChecksumFlag]: 1 };
  return {
    extension: '.jsonl.zst',
    contentType: 'application/zstd',
    head: Buffer.alloc(0),
    block: async (bytes) => {
      // Knowing the size, zstd takes no larger tables than that.
      const options = { params, pledgedSrcSize: bytes.length };
      return bytes.length < smallBlock ? zstdCompressSync(bytes, options) : compress(bytes, options);
    },
    checksum: () => 0,
    tail: () => Buffer.alloc(0),
  };
}

const codecs: Record<Compression, (level: number) => Codec> = {
  gzip: gzipCodec,
  zstd: zstdCodec,
  none: () => plainCodec,
};

/** The codec of a compression with its level (1 to 9; none has no levels). Throws `usage` for what this Node lacks. */
export function buildCodec(compression: Compression, level: number): Codec {
  return codecs[compression](level);
}
