import { expect, test } from 'vitest';
import { MemorySpool } from './memory-spool.ts';

test('an extent comes back as it was written, also a part of it', async () => {
  const spool = new MemorySpool();
  const extent = await spool.write(Buffer.from('abcdef'));
  const part = Buffer.alloc(2);
  await spool.read({ ...extent, offset: 2, length: 2 }, part);
  expect(part.toString()).toBe('cd');
  expect(spool.live).toBe(6);
});

test('what was released can neither be read nor released again', async () => {
  const spool = new MemorySpool();
  const extent = await spool.write(Buffer.from('abc'));
  spool.release(extent);
  expect(spool.live).toBe(0);
  await expect(spool.read(extent, Buffer.alloc(3))).rejects.toThrow('no extent');
  expect(() => spool.release(extent)).toThrow('given back twice');
});

test('it fails from the write on that it was told to', async () => {
  const spool = new MemorySpool(1);
  await spool.write(Buffer.from('abc'));
  await expect(spool.write(Buffer.from('def'))).rejects.toThrow('no space');
});
