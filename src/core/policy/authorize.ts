import { requestContext, type ContextValues } from './conditions/context.ts';
import { asList, type PolicyDocument, type Statement } from './language.ts';
import { exempts, namingsOf, type Caller, type Naming } from './principals.ts';
import { namesAction, namesResource, speaksOf, type Asked } from './statements.ts';

export type { Caller } from './principals.ts';

export interface AccessRequest {
  caller: Caller;
  action: string;
  resource: string;
  resourceAccount: string;
  context: ContextValues;
  /** Whether nobody can say what a key (in lower case) holds; without it, what `context` lacks is not in the request. */
  isUnknown?: (key: string) => boolean;
}

export interface AppliedPolicies {
  identity: readonly PolicyDocument[];
  boundary?: PolicyDocument;
  /** The policies passed when the session was made; an empty list is the same as none. */
  session?: readonly PolicyDocument[];
  /** The bucket policy, key policy or trust policy. */
  resource?: PolicyDocument;
  resourceKind?: 'bucket' | 'role-trust' | 'kms-key';
}

export type PolicyLayer = 'identity' | 'boundary' | 'session' | 'resource';

/** `layer` and `statement` name what decided; of an implicit deny, the layer whose Allow is missing. */
export type Decision = {
  allowed: boolean;
  reason: 'allowed' | 'explicit-deny' | 'implicit-deny';
  layer?: PolicyLayer;
  /** `index` counts the statements of a document, `policy` the documents of the layer, both from 0. */
  statement?: StatementReference;
};

export interface StatementReference {
  sid?: string;
  index: number;
  policy: number;
}

/** How statements are taken whose conditions depend on what is not known: for the request, or against it. */
export type Benefit = 'for' | 'against';

/**
 * Decides whether AWS would allow the request under these policies. Deny anywhere wins. In one account the identity's
 * policies or the resource's suffice (a role's trust and a key's policy must always agree); across accounts both must
 * allow. Boundary and session policies limit what identity policies grant, and what is granted to a role's ARN, but not
 * what the resource grants to the very user or session in its own account.
 * `doubt` says how a statement counts that depends on a key which is not known (`foresee` asks for both).
 * Organizations' policies, ACLs and KMS grants are not modelled.
 * Throws PolicyDocumentError on a condition operator that AWS does not have.
 * Source: IAM User Guide, "Policy evaluation logic" and "Cross-account policy evaluation logic".
 */
export function authorize(
  request: AccessRequest,
  policies: AppliedPolicies,
  doubt: Benefit = 'against',
): Decision {
  const evaluation = new Evaluation(request, policies, doubt);
  return evaluation.explicitDeny() ?? evaluation.allowance();
}

/** What AWS will say, as far as it can be known: `depends` where that is decided by keys which nobody can say from here. */
export interface Foresight {
  verdict: 'allowed' | 'denied' | 'depends';
  /** Why it is, or may be, denied; or what allows it. */
  decision: Decision;
}

/** As `authorize`, with all that is not known taken for and against the request. */
export function foresee(request: AccessRequest, policies: AppliedPolicies): Foresight {
  const decision = authorize(request, policies, 'against');
  if (decision.allowed) return { verdict: 'allowed', decision };
  const best = authorize(request, policies, 'for');
  return best.allowed ? { verdict: 'depends', decision } : { verdict: 'denied', decision: best };
}

/**
 * Tells resources apart as far as the policies do: two for which it answers the same, asked for with the same action,
 * caller and context, are decided alike, since a policy sees a resource only where a statement names it.
 */
export function resourceTeller(
  { action, context, isUnknown }: Pick<AccessRequest, 'action' | 'context' | 'isUnknown'>,
  { identity, boundary, session = [], resource: ofResource }: AppliedPolicies,
): (resource: string) => string {
  const known = requestContext(context, isUnknown);
  const documents = [...identity, ...asList(boundary), ...session, ...asList(ofResource)];
  const statements = documents.flatMap(({ Statement, Version: version }) =>
    asList(Statement)
      .filter((statement) => namesAction(statement, action))
      .map((statement) => ({ statement, version })),
  );
  // A variable may hold another value for another caller.
  if (JSON.stringify(statements).includes('${')) return (resource) => resource;
  return (resource) =>
    statements
      .map(({ statement, version }) =>
        namesResource(statement, { action, resource, context: known }, version),
      )
      .join();
}

/** Callers whose own side nobody can see from here: what the resource grants them is what they have. */
const withoutOwnPolicies: ReadonlySet<Caller['kind']> = new Set([
  'service',
  'anonymous',
  'federated',
  'canonical',
]);

interface Found {
  readonly statement: Statement;
  readonly reference: StatementReference;
}

class Evaluation {
  readonly #caller: Caller;
  readonly #policies: AppliedPolicies;
  readonly #asked: Asked;
  readonly #sameAccount: boolean;
  readonly #documents: Readonly<Record<PolicyLayer, readonly PolicyDocument[]>>;
  readonly #doubt: Benefit;

  constructor(request: AccessRequest, policies: AppliedPolicies, doubt: Benefit) {
    this.#doubt = doubt;
    this.#caller = request.caller;
    this.#policies = policies;
    this.#asked = {
      action: request.action,
      resource: request.resource,
      context: requestContext(request.context, request.isUnknown),
    };
    this.#sameAccount = request.caller.account === request.resourceAccount;
    this.#documents = {
      identity: policies.identity,
      boundary: asList(policies.boundary),
      session: policies.session ?? [],
      resource: asList(policies.resource),
    };
  }

  explicitDeny(): Decision | undefined {
    for (const layer of ['identity', 'boundary', 'session', 'resource'] as const) {
      const found = this.#first(layer, 'Deny');
      if (found) return { allowed: false, reason: 'explicit-deny', layer, statement: found.reference };
    }
    return undefined;
  }

  allowance(): Decision {
    const { kind } = this.#caller;
    // "You cannot assume a role when you are signed in as the AWS account root user": "Switching to an IAM role (AWS API)"
    if (kind === 'root' && this.#policies.resourceKind === 'role-trust') return lacking('identity');
    if (withoutOwnPolicies.has(kind)) return this.#resourceAllows();
    if (this.#sameAccount) return this.#withinAccount();
    const own = this.#ownAllows();
    return own.allowed ? this.#resourceAllows() : own;
  }

  #withinAccount(): Decision {
    const grant = this.#resourceGrant();
    switch (grant?.naming) {
      case 'itself':
      case 'everyone':
        return allowed('resource', grant.reference);
      case 'role':
        return this.#limit() ?? allowed('resource', grant.reference);
      case 'account':
        // names the account, which leaves the choice to the account's own policies
        return this.#ownAllows();
      default: {
        const { resourceKind } = this.#policies;
        const mustAgree = resourceKind === 'role-trust' || resourceKind === 'kms-key';
        return mustAgree ? lacking('resource') : this.#ownAllows();
      }
    }
  }

  /** What the caller's own account grants: the identity's policies within boundary and session. */
  #ownAllows(): Decision {
    const found = this.#first('identity', 'Allow');
    // the root user has no policies and every right in its account
    if (found === undefined && this.#caller.kind !== 'root') return lacking('identity');
    return this.#limit() ?? allowed('identity', found?.reference);
  }

  #resourceAllows(): Decision {
    const grant = this.#resourceGrant();
    return grant ? allowed('resource', grant.reference) : lacking('resource');
  }

  /** The first of boundary and session that is there and does not allow. */
  #limit(): Decision | undefined {
    const layer = (['boundary', 'session'] as const).find(
      (layer) => this.#documents[layer].length > 0 && this.#first(layer, 'Allow') === undefined,
    );
    return layer && lacking(layer);
  }

  /** The resource policy's Allow that names the caller most directly. */
  #resourceGrant(): { naming: Naming; reference: StatementReference } | undefined {
    const grants = [...this.#find('resource', 'Allow')].map(({ statement, reference }) => ({
      namings: this.#namings(statement),
      reference,
    }));
    for (const naming of ['itself', 'everyone', 'role', 'account'] as const) {
      const grant = grants.find(({ namings }) => namings.has(naming));
      if (grant) return { naming, reference: grant.reference };
    }
    return undefined;
  }

  #first(layer: PolicyLayer, effect: Statement['Effect']): Found | undefined {
    return this.#find(layer, effect).next().value;
  }

  *#find(layer: PolicyLayer, effect: Statement['Effect']): Generator<Found, undefined> {
    const inDoubt = (this.#doubt === 'for') === (effect === 'Allow');
    for (const [policy, document] of this.#documents[layer].entries())
      for (const [index, statement] of asList(document.Statement).entries())
        if (
          statement.Effect === effect &&
          (layer !== 'resource' || this.#namings(statement).size > 0) &&
          (speaksOf(statement, this.#asked, document.Version) ?? inDoubt)
        )
          yield { statement, reference: referenceTo(statement, index, policy) };
    return undefined;
  }

  #namings(statement: Statement): ReadonlySet<Naming> {
    const { Principal, NotPrincipal } = statement;
    if (Principal !== undefined) return namingsOf(Principal, this.#caller);
    if (NotPrincipal === undefined) return new Set();
    // "NotPrincipal … with a Deny effect will always deny any IAM principal that has a permissions boundary"
    const bounded = this.#policies.boundary !== undefined && statement.Effect === 'Deny';
    return new Set(!bounded && exempts(NotPrincipal, this.#caller) ? [] : ['everyone']);
  }
}

function referenceTo(statement: Statement, index: number, policy: number): StatementReference {
  return statement.Sid === undefined ? { index, policy } : { sid: statement.Sid, index, policy };
}

function allowed(layer: PolicyLayer, statement: StatementReference | undefined): Decision {
  return { allowed: true, reason: 'allowed', layer, ...(statement && { statement }) };
}

function lacking(layer: PolicyLayer): Decision {
  return { allowed: false, reason: 'implicit-deny', layer };
}
