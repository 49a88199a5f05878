import { expect, test } from 'vitest';
import { routeOfAccess } from '../../../../src/core/access/tested/planned-access.ts';
import { sessionOf } from '../../../../src/core/setup/delivery/delivery.ts';
import { access, customer, roleArn, startMs } from './fake-prober.ts';

test.each([
  ['by TLS', undefined, 'audit-export', true],
  ['by plain HTTP', 'http://127.0.0.1:9000', 'audit-export', false],
  ['by plain HTTP, and nobody here knows how the vendor does', 'http://127.0.0.1:9000', 'vendor', undefined],
] as const)('deliveries to a store that is reached %s', (_, plainHttp, deliverer, secure) => {
  const facts = { owner: customer, caller: sessionOf(roleArn), nowMs: startMs, plainHttp };
  expect(routeOfAccess({ ...access, deliverer }, facts).secure).toBe(secure);
});
