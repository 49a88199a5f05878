import * as fc from 'fast-check';
import { afterAll, expect, vi } from 'vitest';

/**
 * The gate plays the same cases each time, so that it says something of the change before it. Other cases:
 * AUDIT_EXPORT_TEST_SEED=N, or `random` for new ones each time.
 */
const { AUDIT_EXPORT_TEST_SEED: given = '20261201' } = process.env;
if (given !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(given) });

// Member by member, bytes take vitest a thousand times as long; what differs is left to it, and told by it.
expect.addEqualityTesters([(one, other) => (areSameBytes(one, other) ? true : undefined)]);

// The next file of the worker finds the environment as this one did.
afterAll(() => {
  vi.unstubAllEnvs();
});

function areSameBytes(one: unknown, other: unknown): boolean {
  if (!ArrayBuffer.isView(one) || !ArrayBuffer.isView(other) || one.constructor !== other.constructor)
    return false;
  const [left, right] = [one, other].map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  return left?.equals(right ?? Buffer.alloc(0)) === true;
}
