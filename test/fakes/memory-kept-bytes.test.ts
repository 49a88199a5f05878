import { expect, test } from 'vitest';
import { MemoryKeptBytes } from './memory-kept-bytes.ts';
import { rejectionOf } from './thrown.ts';

test('a segment is there when it is closed, is read as often as one likes, and is gone when it is removed', async () => {
  const kept = new MemoryKeptBytes();
  const writer = await kept.begin('stdin');
  await writer.append(Buffer.from('one\n'));
  await writer.append(Buffer.from('two\n'));
  expect({ bytes: kept.bytes, segments: kept.segments, open: writer.bytes }).toEqual({
    bytes: 8,
    segments: [],
    open: 8,
  });
  const segment = await writer.close();
  expect(kept.segments).toEqual([segment]);
  for (const _ of [1, 2]) {
    const pieces: Buffer[] = [];
    for await (const piece of kept.read(segment?.name ?? '')) pieces.push(piece);
    expect(Buffer.concat(pieces).toString()).toBe('one\ntwo\n');
  }
  await kept.remove(segment?.name ?? '');
  expect([kept.bytes, kept.segments]).toEqual([0, []]);
});

test('nothing is kept in a closed segment, nor where there is no room; one without bytes is none', async () => {
  const kept = new MemoryKeptBytes();
  const writer = await kept.begin('stdin');
  expect(await writer.close()).toBeUndefined();
  expect((await rejectionOf(writer.append(Buffer.from('x')))).message).toContain('EBADF');
  kept.isFull = true;
  expect((await rejectionOf(kept.begin('stdin'))).message).toContain('ENOSPC');
});
