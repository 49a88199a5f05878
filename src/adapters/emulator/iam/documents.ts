import { parsePolicyDocument, PolicyDocumentError, type PolicyKind } from '../../../core/policy/document.ts';
import {
  forbiddenCharacter,
  policyLimits,
  policySize,
  type PolicyHolder,
} from '../../../core/policy/limits.ts';
import { needed, type QueryCall } from '../query/query-call.ts';
import { encodeStrictly } from '../sigv4/canonical-request.ts';
import { WireError } from '../wire/wire-error.ts';
import { limitExceeded } from './iam-call.ts';
import { unknownPrincipal } from './policy-principals.ts';

/** Reads and checks the policy document of a request. Throws `WireError` MalformedPolicyDocument or LimitExceeded. */
export function readDocument(call: QueryCall, parameter: string, holder: PolicyHolder): string {
  const document = needed(call, parameter);
  if (forbiddenCharacter(document) !== undefined) {
    throw new WireError(
      400,
      'ValidationError',
      `The specified value for ${parameter.charAt(0).toLowerCase()}${parameter.slice(1)} is invalid. It must contain only printable ASCII characters, and those of Latin-1.`,
    );
  }
  const parsed = parse(document, holder === 'trust' ? 'trust' : 'identity');
  const { most } = policyLimits[holder];
  if (policySize(document, holder) > most) {
    throw limitExceeded(
      `Cannot exceed quota for ${holder === 'trust' ? 'ACLSizePerRole' : 'PolicySize'}: ${most}`,
    );
  }
  if (holder === 'trust') {
    const { directory } = call.world;
    const unknown = unknownPrincipal(directory, parsed, call.now - call.effects.propagationMs);
    if (unknown !== undefined) {
      throw malformed(`Invalid principal in policy: "AWS":"${unknown}"`);
    }
  }
  return document;
}

/** How IAM sends documents: percent-encoded. */
export function encodeDocument(document: string): string {
  return encodeStrictly(document);
}

function parse(document: string, kind: PolicyKind): ReturnType<typeof parsePolicyDocument> {
  try {
    return parsePolicyDocument(document, { kind });
  } catch (error) {
    if (error instanceof PolicyDocumentError) throw malformed(error.reason);
    throw error;
  }
}

function malformed(message: string): WireError {
  return new WireError(400, 'MalformedPolicyDocument', message);
}
