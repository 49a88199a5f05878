import { expect, test } from 'vitest';
import { inPieces, memorySource } from './reused-buffer.ts';

test('pieces have the sizes asked for, and all of the bytes are in them', async () => {
  const pieces: string[] = [];
  for await (const piece of inPieces(Buffer.from('abcdefgh'), [1, 3])) pieces.push(piece.toString());
  expect(pieces).toEqual(['a', 'bcd', 'efg', 'h']);
});

test('a piece that is kept is overwritten when the next one is asked for', async () => {
  const kept: Buffer[] = [];
  for await (const piece of inPieces(Buffer.from('abcdef'), [3])) kept.push(piece);
  expect(kept.map(String)).toEqual(['!!!', '!!!']);
});

test('a source fails with what it was told to, behind its last byte', async () => {
  let read = 0;
  const source = memorySource('x', Buffer.from('abc'), { sizes: [2], failure: new Error('unplugged') });
  const reading = async (): Promise<void> => {
    for await (const _ of source.read((bytes) => (read += bytes)));
  };
  await expect(reading()).rejects.toThrow('unplugged');
  expect(read).toBe(3);
});
