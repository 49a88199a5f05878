import { expect, test } from 'vitest';
import { MemoryStore } from './memory-store.ts';

const object = (key: string, text: string) => ({ key, body: Buffer.from(text), contentType: 'text/plain' });

test('a key is stored once, and keeps its first content', async () => {
  const store = new MemoryStore();
  expect(await store.put(object('a', 'one'))).toBe('stored');
  expect(await store.put(object('a', 'two'))).toBe('already-there');
  expect(store.objects.get('a')?.toString()).toBe('one');
});

test('of two puts of one key at once, the first to end wins', async () => {
  const store = new MemoryStore({ delayMs: (put) => (put === 0 ? 20 : 0) });
  const statuses = await Promise.all([store.put(object('a', 'one')), store.put(object('a', 'two'))]);
  expect(statuses).toEqual(['already-there', 'stored']);
  expect(store.objects.get('a')?.toString()).toBe('two');
  expect(store.mostAtOnce).toBe(2);
  expect(store.mostBytesAtOnce).toBe(6);
});

test('a put that fails keeps nothing', async () => {
  const store = new MemoryStore({ failure: (put) => (put === 0 ? new Error('down') : undefined) });
  await expect(store.put(object('a', 'one'))).rejects.toThrow('down');
  expect(store.objects.size).toBe(0);
  expect(await store.put(object('a', 'one'))).toBe('stored');
});
