import { authorize, type AppliedPolicies, type Decision } from '../../../core/policy/authorize.ts';
import type { Call } from '../call.ts';
import { accessDenied, type WireError } from '../wire/wire-error.ts';
import { effectivePolicies, parsed } from './effective-policies.ts';
import { globalContext, type ConditionContext } from './request-context.ts';

/** What a request wants to do. */
export interface Intent {
  /** As `s3:PutObject`. */
  readonly action: string;
  readonly resource: string;
  readonly resourceAccount: string;
  /** The resource's own policy as JSON text. */
  readonly resourcePolicy?: { readonly kind: 'bucket' | 'role-trust' | 'kms-key'; readonly document: string };
  /** Condition keys of the service. */
  readonly context?: ConditionContext;
}

/** Decides about one action of a call's principal. */
export function decide(call: Call, intent: Intent): Decision {
  const { caller } = call.principal;
  if (call.effects.denied) return { allowed: false, reason: 'implicit-deny', layer: 'identity' };
  const policies: AppliedPolicies = {
    ...effectivePolicies(call.world.directory, call.principal, call.now - call.effects.propagationMs),
    ...resourcePolicy(intent),
  };
  return authorize(
    {
      caller,
      action: intent.action,
      resource: intent.resource,
      resourceAccount: intent.resourceAccount,
      context: { ...globalContext(call, intent.resourceAccount), ...intent.context },
    },
    policies,
  );
}

/** Refuses a call that may not do what it wants: throws `WireError` AccessDenied, worded as AWS does. */
export function demand(call: Call, intent: Intent): void {
  const decision = decide(call, intent);
  if (!decision.allowed) throw refusal(call, intent, decision);
}

/** The message AWS gives: who, what, on what and for want of which policy. */
export function refusal(call: Call, intent: Intent, decision: Decision): WireError {
  const { caller } = call.principal;
  if (caller.kind === 'anonymous') return accessDenied();
  return accessDenied(
    `User: ${caller.arn} is not authorized to perform: ${intent.action} on resource: ${intent.resource} ${because(intent, decision)}`,
  );
}

function because(intent: Intent, decision: Decision): string {
  const layers = {
    identity: 'identity-based policy',
    boundary: 'permissions boundary',
    session: 'session policy',
    resource: intent.resourcePolicy?.kind === 'role-trust' ? 'role trust policy' : 'resource-based policy',
  };
  const layer = layers[decision.layer ?? 'identity'];
  if (decision.reason === 'explicit-deny') {
    return `with an explicit deny in ${/^[aeiou]/.test(layer) ? 'an' : 'a'} ${layer}`;
  }
  return `because no ${layer} allows the ${intent.action} action`;
}

function resourcePolicy(intent: Intent): Pick<AppliedPolicies, 'resource' | 'resourceKind'> {
  if (intent.resourcePolicy === undefined) return {};
  const { kind, document } = intent.resourcePolicy;
  return { resource: parsed(document, kind === 'role-trust' ? 'trust' : 'resource'), resourceKind: kind };
}
