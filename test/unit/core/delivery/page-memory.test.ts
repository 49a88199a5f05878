import { expect, test } from 'vitest';
import { PageMemory } from '../../../../src/core/delivery/page-memory.ts';

test('there are as many pages as fit, and at least one', () => {
  expect(new PageMemory(100, 30).pages).toBe(3);
  expect(new PageMemory(10, 30).pages).toBe(1);
});

test('each page is lent once until it is given back, and none when all are out', () => {
  const memory = new PageMemory(90, 30);
  const taken = [memory.take(), memory.take(), memory.take()];
  expect(new Set(taken)).toEqual(new Set([0, 1, 2]));
  expect([memory.take(), memory.freePages]).toEqual([undefined, 0]);
  memory.give(1);
  expect([memory.freePages, memory.take(), memory.take()]).toEqual([1, 1, undefined]);
});

test('what is written to a page stays apart from its neighbours', () => {
  const memory = new PageMemory(12, 4);
  const text = Buffer.from('abcdefghijkl');
  for (const page of [2, 0, 1]) memory.write(page, 0, text, [page * 4, page * 4 + 4]);
  memory.write(1, 2, text, [0, 2]);
  const into = Buffer.alloc(12);
  for (const page of [0, 1, 2]) memory.read(page, 4, into, page * 4);
  expect(into.toString()).toBe('abcdefabijkl');
});
