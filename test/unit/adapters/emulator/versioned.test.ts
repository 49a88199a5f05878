import { expect, test } from 'vitest';
import {
  changeVersioned,
  createVersioned,
  valueAt,
} from '../../../../src/adapters/emulator/identity/versioned.ts';

test('a value with a past tells what held when', () => {
  const value = createVersioned('first', 100);
  changeVersioned(value, 'second', 200);
  changeVersioned(value, 'third', 300);
  expect([99, 100, 199, 200, 299, 300, 999].map((time) => valueAt(value, time))).toEqual([
    undefined,
    'first',
    'first',
    'second',
    'second',
    'third',
    'third',
  ]);
});
