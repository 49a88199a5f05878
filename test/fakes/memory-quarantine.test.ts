import { expect, test } from 'vitest';
import { MemoryQuarantine } from './memory-quarantine.ts';

const line = { source: 'x', sourceHead: '', line: 1, offset: 0, reason: 'not-json', detail: '' } as const;

test('parts of a long line are joined with the record that ends it', async () => {
  const quarantine = new MemoryQuarantine();
  await quarantine.addPart(Buffer.from('ab'));
  await quarantine.add(line, Buffer.from('c'));
  await quarantine.add(line, Buffer.from('d'));
  expect(quarantine.lines.map(({ bytes }) => bytes.toString())).toEqual(['abc', 'd']);
  expect(await quarantine.seal()).toBe('memory-quarantine');
});

test('it fails at the line that it was told to, and names no file while it is empty', async () => {
  const quarantine = new MemoryQuarantine(0);
  await expect(quarantine.add(line, Buffer.from('a'))).rejects.toThrow('full');
  expect(await quarantine.seal()).toBeUndefined();
});
