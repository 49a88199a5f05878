import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { PageMemory } from '../../../../src/core/delivery/page-memory.ts';
import { UnsealedBytes } from '../../../../src/core/delivery/unsealed-bytes.ts';
import { MemorySpool } from '../../../fakes/memory-spool.ts';

/** Appends all of a text, moving pages to the spool whenever none is left. */
async function appendAll(bytes: UnsealedBytes, text: Buffer, spool: MemorySpool): Promise<void> {
  for (let at = 0; at < text.length;) {
    at = bytes.append(text, at, text.length);
    if (at < text.length) await spoolPages(bytes, spool);
  }
}

async function spoolPages(bytes: UnsealedBytes, spool: MemorySpool): Promise<void> {
  const into = Buffer.alloc(1000);
  const taken = bytes.takePages(into, 0);
  bytes.noteSpooled(await spool.write(into.subarray(0, taken)), taken);
}

test('appending stops where the pages end, and says where', () => {
  const bytes = new UnsealedBytes(new PageMemory(6, 3));
  const text = Buffer.from('abcdefgh');
  expect(bytes.append(text, 1, 8)).toBe(7);
  expect([bytes.length, bytes.pages]).toEqual([6, 2]);
  expect(bytes.append(text, 7, 8)).toBe(7);
});

test('what comes out is what went in, whatever was spooled on the way; pages and spool are given back', async () => {
  const texts = fc.array(fc.tuple(fc.string({ maxLength: 30 }), fc.boolean()), { maxLength: 15 });
  await fc.assert(
    fc.asyncProperty(
      texts,
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 5 }),
      async (steps, pageBytes, pages) => {
        const memory = new PageMemory(pages * pageBytes, pageBytes);
        const spool = new MemorySpool();
        const bytes = new UnsealedBytes(memory);
        for (const [text, spoolsThen] of steps) {
          await appendAll(bytes, Buffer.from(text), spool);
          if (spoolsThen && bytes.pages > 0) await spoolPages(bytes, spool);
        }
        const whole = Buffer.from(steps.map(([text]) => text).join(''));
        expect(bytes.length).toBe(whole.length);
        const into = Buffer.alloc(whole.length);
        await bytes.takeAll(into, spool);
        expect(into.equals(whole)).toBe(true);
        expect([bytes.length, bytes.pages, memory.freePages, spool.live]).toEqual([0, 0, memory.pages, 0]);
      },
    ),
    { numRuns: 100 },
  );
});

test('two that share a memory keep their bytes apart', async () => {
  const memory = new PageMemory(12, 2);
  const [one, two] = [new UnsealedBytes(memory), new UnsealedBytes(memory)];
  const spool = new MemorySpool();
  for (const letter of ['a', 'b', 'c', 'd', 'e']) {
    one.append(Buffer.from(letter), 0, 1);
    two.append(Buffer.from(letter.toUpperCase()), 0, 1);
  }
  const [first, second] = [Buffer.alloc(5), Buffer.alloc(5)];
  await one.takeAll(first, spool);
  await two.takeAll(second, spool);
  expect([first.toString(), second.toString()]).toEqual(['abcde', 'ABCDE']);
});
