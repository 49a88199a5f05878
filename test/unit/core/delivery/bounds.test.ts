import { afterEach, describe, expect, test, vi } from 'vitest';
import { ChunkMemoryPool } from '../../../../src/core/lines/chunk-memory.ts';
import { PageMemory } from '../../../../src/core/delivery/page-memory.ts';
import { MemorySpool } from '../../../fakes/memory-spool.ts';
import { MemoryStore } from '../../../fakes/memory-store.ts';
import { memorySource } from '../../../fakes/reused-buffer.ts';
import { contentsOf, eventLine, runPush, tinyLimits } from '../push/pushing.ts';

const lines = Array.from({ length: 600 }, (_, n) => eventLine(n, (n * 7) % 24));
const source = memorySource('memory', Buffer.from(lines.join('\n')));

afterEach(() => vi.restoreAllMocks());

describe('whatever the number of open partitions', () => {
  test('never more pages are in use than there are, and all come back', async () => {
    const taken: PageMemory[] = [];
    let inUse = 0;
    let most = 0;
    const { take, give } = Object.getOwnPropertyDescriptors(PageMemory.prototype);
    vi.spyOn(PageMemory.prototype, 'take').mockImplementation(function (this: PageMemory) {
      const page = take.value?.call(this);
      if (page !== undefined) most = Math.max(most, ++inUse);
      taken.push(this);
      return page;
    });
    vi.spyOn(PageMemory.prototype, 'give').mockImplementation(function (this: PageMemory, page: number) {
      inUse--;
      give.value?.call(this, page);
    });
    const { spool } = await runPush({ sources: [source], job: { objectBytes: 1_000_000 } });
    const pages = tinyLimits.pageMemoryBytes / tinyLimits.pageBytes;
    expect(new Set(taken).size).toBe(1);
    expect([most, inUse]).toEqual([pages, 0]);
    expect(spool.writes).toBeGreaterThan(0);
  });

  test('compressed pieces beyond their memory lie in the spool, and are given back', async () => {
    const spools = [new MemorySpool(), new MemorySpool()] as const;
    const ample = { ...tinyLimits, pageMemoryBytes: 1_000_000 };
    await runPush({
      sources: [source],
      spool: spools[0],
      job: { objectBytes: 1_000_000, limits: { ...ample, pieceMemoryBytes: 1_000_000 } },
    });
    await runPush({
      sources: [source],
      spool: spools[1],
      job: { objectBytes: 1_000_000, limits: { ...ample, pieceMemoryBytes: 0 } },
    });
    expect(spools[0].writes).toBe(0);
    expect(spools[1].writes).toBeGreaterThan(100);
    expect(spools[1].live).toBe(0);
  });
});

describe('deliveries', () => {
  test.each([1, 2, 3])('go on at most %d at once', async (uploads) => {
    const store = new MemoryStore({ delayMs: (put) => put % 3 });
    await runPush({
      sources: [source],
      store,
      job: { limits: { ...tinyLimits, uploads, uploadBytes: 1_000_000 } },
    });
    expect(store.mostAtOnce).toBe(uploads);
  });

  test('hold no more bytes at once than allowed', async () => {
    const store = new MemoryStore({ delayMs: (put) => put % 3 });
    await runPush({
      sources: [source],
      store,
      job: { limits: { ...tinyLimits, uploads: 8, uploadBytes: 1500 } },
    });
    const largest = Math.max(...[...store.objects.values()].map(({ length }) => length));
    expect(store.mostAtOnce).toBeGreaterThan(1);
    expect(store.mostBytesAtOnce).toBeLessThanOrEqual(1500 + largest / 10);
  });

  test('of a body that is larger than allowed go on all the same, alone', async () => {
    const store = new MemoryStore({ delayMs: () => 1 });
    const { result } = await runPush({
      sources: [source],
      store,
      job: { limits: { ...tinyLimits, uploads: 4, uploadBytes: 1 } },
    });
    expect([result.ended, store.mostAtOnce]).toEqual(['complete', 1]);
  });
});

describe('an object', () => {
  test('is never larger than the object size', async () => {
    const { store } = await runPush({ sources: [source], job: { objectBytes: 500 } });
    expect(Math.max(...contentsOf(store).map(({ content }) => content.length))).toBeLessThanOrEqual(500);
  });

  test('of one line alone may be larger', async () => {
    const { store } = await runPush({ sources: [source], job: { objectBytes: 10 } });
    expect(contentsOf(store).every(({ content }) => content.indexOf('\n') === content.length - 1)).toBe(true);
    expect(store.objects.size).toBe(lines.length);
  });

  test('is cut behind the line that fills it exactly, where more lines follow at once', async () => {
    const three = [1, 2, 3].map((n) => eventLine(n, 0, 'a'));
    const bytes = Buffer.from(three.join('\n'));
    const { store } = await runPush({
      sources: [memorySource('memory', bytes)],
      job: { objectBytes: 2 * (three[0] ?? '').length + 2, chunks: new ChunkMemoryPool(4096) },
    });
    expect(contentsOf(store).map(({ content }) => content)).toEqual([
      `${three[0]}\n${three[1]}\n`,
      `${three[2]}\n`,
    ]);
  });

  test.each([
    ['two lines that fill it exactly share it', 0, 1],
    ['one byte less, and they do not', -1, 2],
  ])('%s', async (_, change, objects) => {
    const [a, b] = [eventLine(1, 0, 'a'), eventLine(2, 0, 'b')];
    const { store } = await runPush({
      sources: [memorySource('memory', Buffer.from(`${a}\n${b}`))],
      job: { objectBytes: a.length + b.length + 2 + change },
    });
    expect(store.objects.size).toBe(objects);
  });
});
