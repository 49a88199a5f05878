import { expect, test } from 'vitest';
import { MemoryReader } from './memory-reader.ts';
import { rejectionOf } from './thrown.ts';

async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test('a store in memory lists in the order of bytes, reads, and says what is gone', async () => {
  const reader = new MemoryReader(
    new Map([
      ['b', Buffer.from('2')],
      ['a/1', Buffer.from('1')],
    ]),
  );
  expect((await allOf(reader.list(''))).map(({ key }) => key)).toEqual(['a/1', 'b']);
  expect((await allOf(reader.list('', { startAfter: 'a/1' }))).map(({ key }) => key)).toEqual(['b']);
  expect((await allOf(reader.read('b'))).map(String)).toEqual(['2']);
  expect(await rejectionOf(allOf(reader.read('c')))).toMatchObject({ details: { gone: true } });
});
