import { expect, test } from 'vitest';
import { MemorySpool } from './memory-spool.ts';

test('bytes come back as they were written, also a part of them', async () => {
  const spool = new MemorySpool();
  const position = await spool.write(Buffer.from('abcdef'));
  const part = Buffer.alloc(2);
  await spool.read(position + 2, part);
  expect(part.toString()).toBe('cd');
  expect(spool.live).toBe(6);
});

test('what was released can neither be read nor released again', async () => {
  const spool = new MemorySpool();
  const position = await spool.write(Buffer.from('abc'));
  spool.release(position, 3);
  expect(spool.live).toBe(0);
  await expect(spool.read(position, Buffer.alloc(3))).rejects.toThrow('nothing at');
  expect(() => spool.release(position, 3)).toThrow('given back twice');
});

test('it fails from the write on that it was told to', async () => {
  const spool = new MemorySpool(1);
  await spool.write(Buffer.from('abc'));
  await expect(spool.write(Buffer.from('def'))).rejects.toThrow('no space');
});
