import { expect, test } from 'vitest';
import { ChunkMemoryPool } from '../../../../src/core/lines/chunk-memory.ts';

test('memory that was given back is lent again, so a long run works in the same buffers', () => {
  const pool = new ChunkMemoryPool(16);
  const first = pool.take();
  const second = pool.take();
  expect(second.input.buffer).not.toBe(first.input.buffer);
  first.release();
  expect(pool.take()).toBe(first);
});

test('there is room for the LF that the last line may lack, and for one behind each of many events on a line', () => {
  const { input, output } = new ChunkMemoryPool(16).take(40);
  const most = '{}'.repeat(20);
  expect(input).toHaveLength(most.length);
  expect(output).toHaveLength(`${'{}\n'.repeat(20)}\n`.length);
});

test('memory of an unusual size is not kept', () => {
  const pool = new ChunkMemoryPool(16);
  const large = pool.take(17);
  large.release();
  expect(pool.take(17)).not.toBe(large);
  expect(pool.take().input).toHaveLength(16);
});

test('other threads can see it', () => {
  const { input, output } = new ChunkMemoryPool(16).take();
  expect(input.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(output.buffer).toBeInstanceOf(SharedArrayBuffer);
});
