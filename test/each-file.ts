import * as fc from 'fast-check';
import { afterAll, vi } from 'vitest';

/**
 * The gate plays the same cases each time, so that it says something of the change before it. Other cases:
 * AUDIT_EXPORT_TEST_SEED=N, or `random` for new ones each time.
 */
const { AUDIT_EXPORT_TEST_SEED: given = '20261201' } = process.env;
if (given !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(given) });

// The next file of the worker finds the environment as this one did.
afterAll(() => {
  vi.unstubAllEnvs();
});
