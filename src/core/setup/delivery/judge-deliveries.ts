import { foresee, resourceTeller } from '../../policy/authorize.ts';
import type { AccessRequest, AppliedPolicies, Foresight } from '../../policy/authorize.ts';
import { evaluable } from '../documents/evaluable.ts';
import type { Delivery } from './delivery.ts';

/**
 * What the deliveries come to under the policies of an identity. Deliveries of one action must differ in their resource
 * alone: those that the policies can't tell apart are asked for once.
 */
export function judgeDeliveries(
  deliveries: readonly Delivery[],
  policies: AppliedPolicies,
): (Delivery & Foresight)[] {
  const judge = oncePerKind(policies, (request) => evaluable(() => foresee(request, policies)));
  return deliveries.map((delivery) => ({ ...delivery, ...judge(delivery.request) }));
}

/** Answers alike for requests of one action whose resources the policies can't tell apart; all else about them must be the same. */
export function oncePerKind<T>(
  policies: AppliedPolicies,
  ask: (request: AccessRequest) => T,
): (request: AccessRequest) => T {
  const tellers = new Map<string, (resource: string) => string>();
  const answers = new Map<string, T>();
  return (request) => {
    const { action } = request;
    const teller = tellers.get(action) ?? tellerOf(request, policies);
    tellers.set(action, teller);
    const kind = `${action} ${teller(request.resource)}`;
    const answer = answers.get(kind) ?? ask(request);
    answers.set(kind, answer);
    return answer;
  };
}

/** A document that anybody may have written can be of a shape that the evaluator does not read: then each is of its own kind. */
function tellerOf(request: AccessRequest, policies: AppliedPolicies): (resource: string) => string {
  try {
    const teller = resourceTeller(request, policies);
    teller(request.resource);
    return teller;
  } catch {
    return (resource) => resource;
  }
}
