import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutAtFrames } from '../../../../src/adapters/fs/compression/zstd-frames.ts';
import { buildCodec } from '../../../../src/core/delivery/codec.ts';
import type { Codec } from '../../../../src/core/delivery/codec.ts';
import { thrownBy } from '../../../fakes/thrown.ts';
import { membersOf } from './gzip-members.ts';
import { runs } from '../../../fakes/runs.ts';

const { gunzipSync } = zlib;
/** Node has zstd from 22.15 and 23.8 on. */
const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (body: Buffer) => Buffer };

/** Makes a body of blocks as the deliverer does; the blocks are compressed at once, and joined in order. */
async function bodyOf({ head, block, checksum, tail }: Codec, blocks: readonly Buffer[]): Promise<Buffer> {
  const pieces = await Promise.all(blocks.map((bytes) => block(bytes)));
  const sum = blocks.reduce((before, bytes) => checksum(bytes, before), 0);
  const length = blocks.reduce((bytes, { length }) => bytes + length, 0);
  return Buffer.concat([head, ...pieces, tail(sum, length)]);
}

const gzip = buildCodec('gzip', 6);
const blocks = fc
  .array(
    fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc.integer({ min: 1, max: 5000 }).map((n) => Buffer.alloc(n, 'ab')),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((list) => list.map((bytes) => Buffer.from(bytes)));

describe('gzip, block by block', () => {
  test('is ONE member whatever the number of blocks, with the right checksum and size', async () => {
    await fc.assert(
      fc.asyncProperty(blocks, async (list) => {
        const body = await bodyOf(gzip, list);
        const content = Buffer.concat(list);
        expect(gunzipSync(body).equals(content)).toBe(true);
        expect(membersOf(body)).toEqual([content]);
        expect(body.readUInt32LE(body.length - 4)).toBe(content.length);
      }),
      { numRuns: runs(40) },
    );
  });

  test('is a good file for the gzip of the system, which gives the same content', async () => {
    for (const count of [1, 2, 7, 40]) {
      const list = Array.from({ length: count }, (_, n) => Buffer.from(`{"n":${n}}\n`.repeat(n * 300 + 1)));
      const body = await bodyOf(gzip, list);
      execFileSync('gzip', ['-t'], { input: body });
      expect(
        execFileSync('gzip', ['-dc'], { input: body, maxBuffer: 64 * 1024 * 1024 }).equals(
          Buffer.concat(list),
        ),
      ).toBe(true);
    }
  });

  test.each([1, 2, 255, 256, 257, 511, 512, 513, 4096, 32_767, 32_768, 32_769, 65_537, 524_288])(
    'blocks of %d bytes are compressed whole, though the window is cut to their size',
    async (size) => {
      const list = [Buffer.alloc(size, 'abc,'), randomBytes(size), Buffer.alloc(size)];
      const body = await bodyOf(buildCodec('gzip', 3), list);
      expect(gunzipSync(body).equals(Buffer.concat(list))).toBe(true);
    },
  );

  test('any level gives the same content, and other bytes', async () => {
    const text = Array.from(
      { length: 20_000 },
      (_, n) => `{"n":${(n * 7919) % 10_007},"user":"u${n % 97}"}\n`,
    ).join('');
    const bodies = await Promise.all(
      [1, 6, 9].map((level) => bodyOf(buildCodec('gzip', level), [Buffer.from(text)])),
    );
    for (const body of bodies) expect(gunzipSync(body).toString()).toBe(text);
    expect(new Set(bodies.map(({ length }) => length)).size).toBe(3);
    expect(bodies[2]?.length).toBeLessThan(bodies[0]?.length ?? 0);
  });

  test('has no time and no name in its head: the same content gives the same bytes', async () => {
    const [one, two] = await Promise.all([
      bodyOf(gzip, [Buffer.from('x')]),
      bodyOf(gzip, [Buffer.from('x')]),
    ]);
    expect(one.equals(two)).toBe(true);
    expect([...one.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
  });

  test('the size in the tail is counted modulo 2^32, as RFC 1952 says', () => {
    expect(gzip.tail(0xffff_ffff, 2 ** 32 + 5).subarray(2)).toEqual(
      Buffer.from([255, 255, 255, 255, 5, 0, 0, 0]),
    );
  });

  test('damage is found by the reader', async () => {
    const body = await bodyOf(gzip, [Buffer.from('some content')]);
    body.writeUInt8(body.readUInt8(body.length - 6) ^ 1, body.length - 6);
    expect(() => gunzipSync(body)).toThrow('incorrect data check');
  });
});

describe('no compression', () => {
  const plain = buildCodec('none', 6);

  test('is the content itself', async () => {
    await fc.assert(
      fc.asyncProperty(blocks, async (list) => {
        expect((await bodyOf(plain, list)).equals(Buffer.concat(list))).toBe(true);
      }),
      { numRuns: runs(15) },
    );
  });

  test('copies a block, whose memory is used again', async () => {
    const block = Buffer.from('abc');
    const piece = await plain.block(block);
    block.fill('x');
    expect(piece.toString()).toBe('abc');
  });
});

describe.runIf(zstdDecompressSync)('zstd, block by block', () => {
  /** Node's decoder reads one frame. */
  async function decompress(body: Buffer): Promise<Buffer> {
    const frames: Buffer[] = [];
    for await (const frame of cutAtFrames(Readable.from([body]))) frames.push(frame);
    return Buffer.concat(frames.map((frame) => (zstdDecompressSync as (body: Buffer) => Buffer)(frame)));
  }

  test('is frames that follow on each other', async () => {
    const zstd = buildCodec('zstd', 3);
    await fc.assert(
      fc.asyncProperty(blocks, async (list) => {
        expect((await decompress(await bodyOf(zstd, list))).equals(Buffer.concat(list))).toBe(true);
      }),
      { numRuns: runs(40) },
    );
    const large = [Buffer.alloc(600_000, 'abc,'), randomBytes(70_000)];
    expect((await decompress(await bodyOf(zstd, large))).equals(Buffer.concat(large))).toBe(true);
  });

  test('damage is found by the reader', async () => {
    const body = await bodyOf(buildCodec('zstd', 3), [Buffer.from('some content')]);
    body.writeUInt8(body.readUInt8(body.length - 6) ^ 1, body.length - 6);
    await expect(decompress(body)).rejects.toThrow(/checksum/);
  });

  test('has a name and a type of its own', () => {
    expect(buildCodec('zstd', 3)).toMatchObject({ extension: '.jsonl.zst', contentType: 'application/zstd' });
  });
});

test.runIf(zstdDecompressSync === undefined)(
  'zstd is refused where Node has none, and told where it is',
  () => {
    const error = thrownBy(() => buildCodec('zstd', 3));
    expect(error).toMatchObject({ code: 'usage', cure: expect.stringContaining('22.15') });
  },
);

test.each([
  ['gzip', '.jsonl.gz', 'application/gzip'],
  ['none', '.jsonl', 'application/x-ndjson'],
] as const)('objects of compression %s are named %s and are %s', (compression, extension, contentType) => {
  expect(buildCodec(compression, 6)).toMatchObject({ extension, contentType });
});
