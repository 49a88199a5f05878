import { expect, test } from 'vitest';
import { routeOfAccess } from '../../../../src/core/access/tested/planned-access.ts';
import { sessionOf } from '../../../../src/core/setup/delivery/delivery.ts';
import { access, customer, roleArn, startMs } from './fake-prober.ts';

test.each([
  ['AWS', undefined, 'audit-export', true],
  ['a server by TLS', 'https://s3.example', 'audit-export', true],
  ['a server by plain HTTP', 'http://s3.example:9000', 'audit-export', false],
  ['a server by plain HTTP, which a vendor does not use', 'http://s3.example:9000', 'vendor', true],
  ['a rehearsal', 'http://127.0.0.1:9000', 'audit-export', true],
] as const)('a delivery to %s is asked about with or without TLS', (_, endpointUrl, deliverer, secure) => {
  const facts = { owner: customer, caller: sessionOf(roleArn), nowMs: startMs };
  expect(routeOfAccess({ ...access, endpointUrl, deliverer }, facts).secure).toBe(secure);
});
