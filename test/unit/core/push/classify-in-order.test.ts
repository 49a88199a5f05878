import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Cut } from '../../../../src/core/lines/chunk.ts';
import { classifyInOrder } from '../../../../src/core/push/classify-in-order.ts';
import type { Chunk, ClassifiedChunk } from '../../../../src/ports/classifier.ts';

const chunk = (offset: number): Chunk => ({
  kind: 'chunk',
  source: 0,
  offset,
  input: Buffer.alloc(0),
  output: Buffer.alloc(1),
  release: () => undefined,
});

async function* chunks(count: number, failure?: Error): AsyncGenerator<Cut> {
  for (let n = 0; n < count; n++)
    yield n % 3 === 1
      ? { kind: 'long-line-part', source: 0, offset: n, bytes: Buffer.alloc(0), last: true }
      : chunk(n);
  if (failure !== undefined) throw failure;
}

/** Is slower with earlier chunks, so that later ones are ready first. */
function slowStart(lookahead: number) {
  const state = { underWay: 0, most: 0 };
  const classify = async ({ offset }: Chunk): Promise<ClassifiedChunk> => {
    state.most = Math.max(state.most, ++state.underWay);
    await wait(Math.max(0, 10 - offset));
    state.underWay--;
    return { lines: offset } as ClassifiedChunk;
  };
  return { state, classifier: { lookahead, classify, close: async () => undefined } };
}

test.each([0, 1, 2, 8])(
  'with %d chunks ahead the answers come in the order of the input',
  async (lookahead) => {
    const { classifier, state } = slowStart(lookahead);
    const seen: number[] = [];
    for await (const classified of classifyInOrder(chunks(12), classifier)) {
      seen.push('chunk' in classified ? classified.chunk.lines : classified.cut.offset);
    }
    expect(seen).toEqual(Array.from({ length: 12 }, (_, n) => n));
    expect(state.most).toBeLessThanOrEqual(lookahead + 1);
    expect(state.most).toBeGreaterThan(lookahead / 2);
  },
);

test('what was read before reading failed is still yielded, then the failure', async () => {
  const seen: number[] = [];
  const reading = async (): Promise<void> => {
    for await (const { cut } of classifyInOrder(chunks(5, new Error('unplugged')), slowStart(8).classifier))
      seen.push(cut.offset);
  };
  await expect(reading()).rejects.toThrow('unplugged');
  expect(seen).toEqual([0, 1, 2, 3, 4]);
});

test('a classifier that fails ends it with its error', async () => {
  const failing = {
    lookahead: 3,
    classify: () => Promise.reject(new Error('thread died')),
    close: async () => undefined,
  };
  const reading = async (): Promise<void> => {
    for await (const _ of classifyInOrder(chunks(5), failing));
  };
  await expect(reading()).rejects.toThrow('thread died');
});
