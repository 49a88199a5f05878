import { foresee } from '../../policy/authorize.ts';
import type { AppliedPolicies, Foresight } from '../../policy/authorize.ts';
import { evaluable } from '../documents/evaluable.ts';
import type { Delivery } from './delivery.ts';

/** What the deliveries come to under the policies of an identity. */
export function judgeDeliveries(
  deliveries: readonly Delivery[],
  policies: AppliedPolicies,
): (Delivery & Foresight)[] {
  return deliveries.map((delivery) => ({
    ...delivery,
    ...evaluable(() => foresee(delivery.request, policies)),
  }));
}
