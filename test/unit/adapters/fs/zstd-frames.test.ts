import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutAtFrames } from '../../../../src/adapters/fs/compression/zstd-frames.ts';
import { inPieces } from '../../../fakes/reused-buffer.ts';

const hasZstd = spawnSync('zstd', ['--version']).status === 0;

function frame(content: Buffer, ...options: string[]): Buffer {
  return execFileSync('zstd', ['-q', '-c', ...options], { input: content });
}

async function cut(bytes: Buffer, sizes: readonly number[]): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  for await (const piece of cutAtFrames(inPieces(bytes, sizes))) pieces.push(Buffer.from(piece));
  return pieces;
}

/** A frame that decoders skip (RFC 8878, 3.1.2). */
const skippable = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
/** Made by hand: single segment, one run-length block of five `a`, no checksum. */
const byHand = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, 5, (5 << 3) | 2 | 1, 0, 0, 0x61]);

test('a piece never reaches over the end of a frame, whatever the pieces it comes in', async () => {
  const whole = Buffer.concat([byHand, skippable, byHand]);
  const ends = new Set([byHand.length, byHand.length + skippable.length, whole.length]);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), async (sizes) => {
      const pieces = await cut(whole, sizes);
      expect(Buffer.concat(pieces).equals(whole)).toBe(true);
      const borders = new Set<number>();
      for (let at = 0, index = 0; index < pieces.length; index++)
        borders.add((at += pieces[index]?.length ?? 0));
      for (const end of ends) expect(borders.has(end)).toBe(true);
    }),
  );
});

test('a stream that ends within a frame is cut, wherever that is', async () => {
  for (let end = 1; end < byHand.length; end++)
    await expect(cut(byHand.subarray(0, end), [3])).rejects.toThrow('cut');
  await expect(cut(byHand, [3])).resolves.toBeDefined();
});

test('what is no frame behind the last one is refused, and not dropped', async () => {
  await expect(cut(Buffer.concat([byHand, Buffer.from('{"a":1}\n')]), [100])).rejects.toThrow('no frame');
});

describe.skipIf(!hasZstd)('frames of the real tool (install zstd to run these)', () => {
  const contents = [Buffer.alloc(0), Buffer.from('x'), Buffer.alloc(300_000, 'ab'), randomBytes(200_000)];
  const options = [[], ['--no-check'], ['-19'], ['--no-content-size'], ['--single-thread', '-B1KB']].filter(
    (words) => spawnSync('zstd', ['-q', '-c', ...words], { input: 'x' }).status === 0,
  );

  test.each(options)('are told apart, made with %s %s', async (...words) => {
    const given = words.filter((word) => typeof word === 'string');
    for (const content of contents) {
      const one = frame(content, ...given);
      const pieces = await cut(Buffer.concat([one, one]), [1_000_000]);
      expect(pieces.map(({ length }) => length)).toEqual([one.length, one.length]);
    }
  });
});
