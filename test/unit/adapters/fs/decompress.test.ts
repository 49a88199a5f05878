import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { deflateRawSync, gzipSync } from 'node:zlib';
import * as zlib from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decompress } from '../../../../src/adapters/fs/compression/decompress.ts';
import { AuditExportError } from '../../../../src/errors.ts';
import { inPieces } from '../../../fakes/reused-buffer.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';
import { runs } from '../../../fakes/runs.ts';

async function read(
  name: string,
  stored: Buffer | AsyncIterable<Buffer>,
  sizes: readonly number[] = [100],
): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of decompress(name, Buffer.isBuffer(stored) ? inPieces(stored, sizes) : stored))
    pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
}

const text = Array.from({ length: 5000 }, (_, n) => `{"n":${n}}\n`).join('');
const packed = gzipSync(text);

describe('gzip', () => {
  test.each([1, 2, 3, 100, 100_000])('is read in pieces of %d bytes', async (size) => {
    expect(await read('a.gz', packed, [size])).toBe(text);
  });

  test('of several members is read to the end of the last', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string(), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 60 }),
        async (parts, size) => {
          const file = Buffer.concat(parts.map((part) => gzipSync(part)));
          expect(await read('a.gz', file, [size])).toBe(parts.map((part) => Buffer.from(part)).join(''));
        },
      ),
      { numRuns: runs(20) },
    );
  });

  test('is known by its first bytes, not by its name', async () => {
    expect(await read('events.jsonl', packed)).toBe(text);
    expect(await read('stdin', packed, [1])).toBe(text);
  });

  test.each([2, 3, 9, 10, 11, packed.length - 9, packed.length - 8, packed.length - 1])(
    'that is cut after %d bytes is broken, and the error names the file',
    async (bytes) => {
      const error = await rejectionOf(read('logs/a.gz', packed.subarray(0, bytes)));
      expect(error).toMatchObject({ code: 'source-broken', exitCode: 6 });
      expect(error.message).toContain('logs/a.gz');
      expect(error.cure).toContain('gzip -t logs/a.gz');
    },
    3000,
  );

  test('whose second member is cut is broken, after the first has been given', async () => {
    const file = Buffer.concat([gzipSync('first\n'), packed.subarray(0, 50)]);
    const seen: string[] = [];
    const reading = async (): Promise<void> => {
      for await (const piece of decompress('a.gz', inPieces(file, [10]))) seen.push(piece.toString());
    };
    expect(await rejectionOf(reading())).toMatchObject({ code: 'source-broken' });
    expect(seen.join('')).toMatch(/^first\n/);
  });

  test('with a wrong checksum is broken', async () => {
    const damaged = Buffer.from(packed);
    damaged.writeUInt8(damaged.readUInt8(damaged.length - 8) ^ 1, damaged.length - 8);
    expect(await rejectionOf(read('a.gz', damaged))).toMatchObject({ code: 'source-broken' });
  });

  test('of nothing is nothing', async () => {
    expect(await read('a.gz', gzipSync(''))).toBe('');
  });
});

describe('gzip that is not one member after the other', () => {
  const zeros = (bytes: number): Buffer => Buffer.alloc(bytes);

  test('goes on behind padding of zero bytes, wherever pieces and padding end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.string(), fc.integer({ min: 0, max: 40 })), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 60 }),
        async (parts, size) => {
          const file = Buffer.concat(parts.flatMap(([part, padding]) => [gzipSync(part), zeros(padding)]));
          expect(await read('a.gz', file, [size])).toBe(parts.map(([part]) => Buffer.from(part)).join(''));
        },
      ),
      { numRuns: runs(25) },
    );
  });

  test.each([
    ['garbage', Buffer.from('garbage')],
    ['garbage behind padding', Buffer.concat([zeros(512), Buffer.from('garbage')])],
    ['a lone first byte of a member', Buffer.from([0x1f])],
    ['garbage and another member', Buffer.concat([Buffer.from('xx'), gzipSync('more')])],
  ])('is broken by %s behind it, after all before has been given', async (_, rest) => {
    for (const size of [50, 1_000_000]) {
      const { given, error } = await readUntilBroken(Buffer.concat([packed, rest]), size);
      expect(given).toBe(text);
      expect(error).toMatchObject({ code: 'source-broken', exitCode: 6 });
      expect(error.details['storedOffset']).toBeGreaterThanOrEqual(packed.length);
    }
  });

  test('that is damaged in its middle gives the same bytes before it, whatever the pieces', async () => {
    const damaged = Buffer.from(packed);
    damaged.fill(0xff, packed.length / 2, packed.length / 2 + 8);
    const all = await Promise.all(
      [100, 1000, 70_000, 1_000_000].map((size) => readUntilBroken(damaged, size)),
    );
    const { given, error } = await readUntilBroken(damaged, 100);
    expect(text.startsWith(given.slice(0, 20_000))).toBe(true);
    expect(given.length).toBeGreaterThan(text.length / 3);
    expect(error.message).toMatch(/at byte \d+ of the file/);
    expect(new Set(all.map((one) => one.given)).size).toBe(1);
  });

  test('that is cut gives all that was whole', async () => {
    const { given } = await readUntilBroken(packed.subarray(0, packed.length - 9), 1000);
    expect(text.startsWith(given)).toBe(true);
    expect(given.length).toBeGreaterThan(text.length - 300);
  });

  test('a stream of more than can be remembered is broken all the same', async () => {
    const noise = randomBytes(3_000_000);
    const file = Buffer.concat([gzipSync(noise), Buffer.from('garbage')]);
    expect(await rejectionOf(read('stdin', file, [65_536]))).toMatchObject({ code: 'source-broken' });
  });

  test('a file of any size gives all before the damage, for it can be opened again', async () => {
    const noise = randomBytes(3_000_000);
    const file = Buffer.concat([gzipSync(noise), Buffer.from('garbage')]);
    const open = (): AsyncIterable<Buffer> => inPieces(file, [65_536]);
    let given = 0;
    const reading = async (): Promise<void> => {
      for await (const piece of decompress('a.gz', open(), open)) given += piece.length;
    };
    expect(await rejectionOf(reading())).toMatchObject({ code: 'source-broken' });
    expect(given).toBe(noise.length);
  });
});

async function readUntilBroken(
  file: Buffer,
  size: number,
): Promise<{ given: string; error: AuditExportError }> {
  const pieces: Buffer[] = [];
  const reading = async (): Promise<void> => {
    for await (const piece of decompress('a.gz', inPieces(file, [size]))) pieces.push(Buffer.from(piece));
  };
  const error = await rejectionOf(reading());
  return { given: Buffer.concat(pieces).toString('latin1'), error };
}

describe('a file that is not compressed', () => {
  test.each(['', '{', '{}', '{"a":1}\n', text])('comes through as it is', async (content) => {
    expect(await read('a.jsonl', Buffer.from(content), [3])).toBe(content);
  });

  test.each([
    ['a.gz', ''],
    ['a.gz', '1f'],
    ['a.zst', '28b52f'],
  ])('%s that ends within its first bytes (%s) is broken', async (name, hex) => {
    const pieces = decompress(name, inPieces(Buffer.from(hex, 'hex'), [1]));
    await expect(pieces.next()).rejects.toMatchObject({
      code: 'source-broken',
      message: expect.stringMatching(/no whole (gzip|zstd) file/),
    });
  });

  test('comes through though its name says gzip', async () => {
    expect(await read('a.jsonl.gz', Buffer.from(text))).toBe(text);
  });

  test('of raw deflate is not taken for gzip', async () => {
    const raw = deflateRawSync(text);
    const pieces: Buffer[] = [];
    for await (const piece of decompress('a', inPieces(raw, [100]))) pieces.push(Buffer.from(piece));
    expect(Buffer.concat(pieces).equals(raw)).toBe(true);
  });
});

describe('zstd', () => {
  const hasZstd = 'createZstdDecompress' in zlib;
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0]);

  test.skipIf(hasZstd)('is a clear error where this Node can not read it', async () => {
    const error = await rejectionOf(read('a.jsonl.zst', head, [1]));
    expect(error).toMatchObject({ code: 'source-unsupported', exitCode: 3 });
    expect(error.message).toContain('a.jsonl.zst');
    expect(error.cure).toContain('zstd -dc a.jsonl.zst |');
  });

  const tool = spawnSync('zstd', ['-c'], { input: text, maxBuffer: 64 * 1024 * 1024 });
  describe.runIf(hasZstd && tool.status === 0)('where Node and the system have it', () => {
    test.each([1, 7, 100_000])('is read in pieces of %d bytes', async (size) => {
      expect(await read('a.zst', tool.stdout, [size])).toBe(text);
    });

    test('of several frames is read to the end of the last', async () => {
      expect(await read('a.zst', Buffer.concat([tool.stdout, tool.stdout]))).toBe(text + text);
    });

    test.each([5, 20, tool.stdout.length - 1])('that is cut after %d bytes is broken', async (bytes) => {
      expect(await rejectionOf(read('a.zst', tool.stdout.subarray(0, bytes)))).toMatchObject({
        code: 'source-broken',
      });
    });
  });
});

describe('the file behind it', () => {
  async function* failing(bytes: Buffer, failure: Error): AsyncGenerator<Buffer> {
    yield bytes;
    throw failure;
  }

  test.each([
    ['plain', Buffer.from('abcdef')],
    ['gzip', packed.subarray(0, 100)],
  ])('keeps its own error (%s)', async (_, bytes) => {
    const failure = new AuditExportError('source-broken', 'the disk was pulled out');
    expect(await rejectionOf(read('a', failing(bytes, failure)))).toBe(failure);
  });

  test.each([
    ['plain', Buffer.from(text)],
    ['gzip', packed],
  ])('is closed when its reader has seen enough (%s)', async (_, bytes) => {
    let closed = false;
    const endless = async function* (): AsyncGenerator<Buffer> {
      try {
        for (;;) yield Buffer.from(bytes);
      } finally {
        closed = true;
      }
    };
    for await (const piece of decompress('a', endless())) if (piece.length > 0) break;
    await expect.poll(() => closed).toBe(true);
  });
});
