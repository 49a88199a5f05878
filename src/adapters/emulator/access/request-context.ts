import type { Call } from '../call.ts';

/** Values of condition keys, as the policy evaluator takes them. */
export type ConditionContext = Readonly<Record<string, string | readonly string[]>>;

/**
 * The global condition keys of a request
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).
 * The loopback stands for the TLS endpoint: `aws:SecureTransport` is true, so that policies that demand TLS can be rehearsed.
 */
export function globalContext(call: Call, resourceAccount: string): ConditionContext {
  const { principal, request } = call;
  const known: Record<string, string | undefined> = {
    'aws:CurrentTime': new Date(call.now).toISOString().replace(/\.\d{3}/, ''),
    'aws:EpochTime': String(Math.floor(call.now / 1000)),
    'aws:SecureTransport': 'true',
    'aws:SourceIp': '127.0.0.1',
    'aws:ResourceAccount': resourceAccount,
    'aws:RequestedRegion': call.region,
    'aws:UserAgent': request.headers.get('user-agent'),
    'aws:referer': request.headers.get('referer'),
    ...(principal.caller.kind === 'anonymous'
      ? { 'aws:PrincipalType': 'Anonymous' }
      : principalContext(call)),
  };
  return definedOnly(known);
}

function principalContext(call: Call): Record<string, string | undefined> {
  const { caller, userId, userName, session } = call.principal;
  return {
    // For a session the key holds the ARN of the role.
    'aws:PrincipalArn': caller.roleArn ?? caller.arn,
    'aws:PrincipalAccount': caller.account,
    'aws:PrincipalType': caller.kind === 'assumed-role' ? 'AssumedRole' : 'User',
    'aws:userid': userId,
    'aws:username': userName,
    'aws:TokenIssueTime': session && new Date(session.issuedAt).toISOString().replace(/\.\d{3}/, ''),
    'aws:MultiFactorAuthPresent': session && 'false',
  };
}

/** Drops the keys that the request does not have. */
export function definedOnly(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
