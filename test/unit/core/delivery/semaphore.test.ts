import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Semaphore } from '../../../../src/core/delivery/semaphore.ts';

/** Lets all of the weights through a semaphore at once; says what was inside together, and in which order they entered. */
async function pass(limit: number, weights: readonly number[], stays: readonly number[]) {
  const semaphore = new Semaphore(limit);
  const inside = new Map<number, number>();
  const entered: number[] = [];
  const crowds: number[][] = [];
  await Promise.all(
    weights.map(async (weight, who) => {
      await semaphore.enter(weight);
      entered.push(who);
      inside.set(who, weight);
      crowds.push([...inside.values()]);
      for (let turns = stays[who % stays.length] ?? 0; turns > 0; turns--) await turn();
      inside.delete(who);
      semaphore.leave(weight);
    }),
  );
  return { entered, crowds };
}

const weights = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 25 });
const stays = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 6 });

describe('a semaphore', () => {
  test('never lets more through than its limit, unless one alone is heavier', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 10 }), weights, stays, async (limit, list, times) => {
        const { crowds } = await pass(limit, list, times);
        for (const crowd of crowds) {
          const sum = crowd.reduce((total, weight) => total + weight, 0);
          expect(sum <= limit || crowd.filter((weight) => weight > 0).length === 1).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('lets all through in the end, in the order in which they came', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 10 }), weights, stays, async (limit, list, times) => {
        const { entered } = await pass(limit, list, times);
        expect(entered).toEqual(list.map((_, who) => who));
      }),
      { numRuns: 200 },
    );
  });

  test('is used up to its limit', async () => {
    const { crowds } = await pass(3, [1, 1, 1, 1, 1, 1], [3]);
    expect(Math.max(...crowds.map(({ length }) => length))).toBe(3);
  });

  test('does not let a light one overtake a heavy one that waits', async () => {
    const semaphore = new Semaphore(4);
    const entered: string[] = [];
    await semaphore.enter(3);
    const heavy = semaphore.enter(4).then(() => entered.push('heavy'));
    const light = semaphore.enter(1).then(() => entered.push('light'));
    await turn();
    expect(entered).toEqual([]);
    semaphore.leave(3);
    await heavy;
    await turn();
    expect(entered).toEqual(['heavy']);
    semaphore.leave(4);
    await light;
    expect(entered).toEqual(['heavy', 'light']);
  });

  test('with a larger limit lets those in who fit now; with a smaller one turns nobody out', async () => {
    const semaphore = new Semaphore(1);
    const entered: number[] = [];
    const enter = (who: number): Promise<void> => semaphore.enter().then(() => void entered.push(who));
    const waits = [0, 1, 2, 3].map(enter);
    await turn();
    expect(entered).toEqual([0]);
    semaphore.setLimit(3);
    await turn();
    expect(entered).toEqual([0, 1, 2]);
    semaphore.setLimit(2);
    semaphore.leave();
    await turn();
    expect(entered).toEqual([0, 1, 2]);
    semaphore.leave();
    await Promise.all(waits);
    expect(entered).toEqual([0, 1, 2, 3]);
  });
});
