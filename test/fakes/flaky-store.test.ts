import { expect, test } from 'vitest';
import { FlakyStore } from './flaky-store.ts';
import { VirtualTimer } from './virtual-timer.ts';

const object = (key: string) => ({ key, body: Buffer.from('x'), contentType: 'text/plain' });

test('it fails as it is told, stores what it is told to store although it fails, and never overwrites', async () => {
  const store = new FlakyStore(new VirtualTimer(), ({ ofAll }) =>
    ofAll === 1 ? { cause: 'denied' } : ofAll === 2 ? { cause: 'server', stores: true } : undefined,
  );
  await expect(store.put(object('a'))).rejects.toMatchObject({
    trouble: { cause: 'denied', maybeStored: false },
  });
  expect([...store.stored.keys()]).toEqual([]);
  await expect(store.put(object('a'))).rejects.toMatchObject({
    trouble: { cause: 'server', maybeStored: true },
  });
  expect(await store.put(object('a'))).toBe('already-there');
  expect(await store.put(object('b'))).toBe('stored');
  expect(store.requests.map(({ key, ofKey }) => `${key}${ofKey}`)).toEqual(['a1', 'a2', 'a3', 'b1']);
});

test('it remembers how many were under way together, for as long as a request takes', async () => {
  const timer = new VirtualTimer(0);
  const store = new FlakyStore(timer, () => undefined, 50);
  await timer.run(Promise.all([store.put(object('a')), store.put(object('b'))]));
  expect([store.mostAtOnce, store.atOnce, timer.now()]).toEqual([2, 0, 50]);
});
