import { expect, test } from 'vitest';
import { VirtualTimer } from './virtual-timer.ts';

const never = new AbortController().signal;

test('sleepers wake in the order of their time, which passes without waiting', async () => {
  const timer = new VirtualTimer(0);
  const woken: [string, number][] = [];
  const sleeper = async (name: string, ms: number): Promise<void> => {
    await timer.sleep(ms, never);
    woken.push([name, timer.now()]);
  };
  await timer.run(Promise.all([sleeper('late', 3_600_000), sleeper('early', 10), sleeper('between', 500)]));
  expect(woken).toEqual([
    ['early', 10],
    ['between', 500],
    ['late', 3_600_000],
  ]);
  expect(timer.slept).toEqual([3_600_000, 10, 500]);
});

test('an aborted signal ends a sleep, and time stands still', async () => {
  const timer = new VirtualTimer(0);
  const stop = new AbortController();
  const sleeping = timer.sleep(1000, stop.signal);
  stop.abort();
  await timer.run(sleeping);
  await timer.sleep(1000, stop.signal);
  expect(timer.now()).toBe(0);
});

test('where nobody would wake up it says so', async () => {
  await expect(new VirtualTimer().run(new Promise(() => undefined))).rejects.toThrow('nobody sleeps');
});
