import { expect, test } from 'vitest';
import { quickClock } from './quick-clock.ts';

const { signal } = new AbortController();

test('an hour passes in a moment, and the clock says so', async () => {
  const clock = quickClock(100_000);
  const startedMs = clock.now();
  const machineMs = performance.now();
  await clock.sleep(3_600_000, signal);
  expect(clock.now() - startedMs).toBeGreaterThan(3_500_000);
  expect(performance.now() - machineMs).toBeLessThan(3000);
});

test('whoever sleeps less wakes up first', async () => {
  const clock = quickClock(1000);
  const woken: number[] = [];
  await Promise.all([90, 10, 50].map((s) => clock.sleep(s * 1000, signal).then(() => woken.push(s))));
  expect(woken).toEqual([10, 50, 90]);
});

test('a sleep ends when its signal is aborted', async () => {
  const stop = new AbortController();
  const sleeping = quickClock(2).sleep(3_600_000, stop.signal);
  stop.abort();
  await expect(sleeping).resolves.toBeUndefined();
});
