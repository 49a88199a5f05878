import { expect, test } from 'vitest';
import { rejectionOf, thrownBy } from './thrown.ts';

test('what is thrown comes back, whatever it is', async () => {
  const error = new Error('x');
  expect(
    thrownBy(() => {
      throw error;
    }),
  ).toBe(error);
  expect(await rejectionOf(Promise.reject(error))).toBe(error);
});

test('a call that throws nothing fails the test', async () => {
  expect(() => thrownBy(() => 1)).toThrow('nothing was thrown');
  await expect(rejectionOf(Promise.resolve())).rejects.toThrow('nothing was thrown');
});
