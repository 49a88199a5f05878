import { parsePolicyDocument, PolicyDocumentError } from '../../../core/policy/document.ts';
import { policyLimits, policySize } from '../../../core/policy/limits.ts';
import { decide } from '../access/decide.ts';
import { definedOnly } from '../access/request-context.ts';
import { findEntityByArn, findPolicy, type Entity, type Session } from '../identity/directory.ts';
import { secretKey, sessionToken, uniqueId } from '../identity/identifiers.ts';
import { valueAt } from '../identity/versioned.ts';
import {
  constrained,
  needed,
  toTime,
  validationError,
  wholeNumber,
  type QueryCall,
} from '../query/query-call.ts';
import { accessDenied, WireError } from '../wire/wire-error.ts';
import type { XmlValue } from '../xml/write-xml.ts';

const shortestSeconds = 900;
const longestSeconds = 43_200;
const longestChainedSeconds = 3600;
const mostPolicyArns = 10;
const rememberedMs = 24 * 3_600_000;

interface AssumeRequest {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly seconds: number;
  readonly externalId: string | undefined;
  readonly policies: readonly string[];
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export async function assumeRole(call: QueryCall): Promise<XmlValue> {
  const asked = readRequest(call);
  const role = demandTrust(call, asked);
  checkDuration(call, asked, role);
  const session = newSession(call, asked, role);
  forgetOldSessions(call);
  call.world.directory.sessions.set(session.accessKeyId, session);
  role.lastUsedAt = call.now;
  await call.world.state.save(call.world);
  return {
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secret,
      SessionToken: session.token,
      Expiration: toTime(session.expiresAt),
    },
    AssumedRoleUser: {
      AssumedRoleId: `${role.uniqueId}:${session.name}`,
      Arn: `arn:aws:sts::${role.account}:assumed-role/${role.name}/${session.name}`,
    },
    PackedPolicySize: asked.policies.length === 0 ? undefined : packedSize(asked.policies),
  };
}

function readRequest(call: QueryCall): AssumeRequest {
  const sessionName = needed(call, 'RoleSessionName');
  constrained(call, 'RoleSessionName', { pattern: /^[\w+=,.@-]*$/, shortest: 2, longest: 64 });
  const roleArn = needed(call, 'RoleArn');
  constrained(call, 'RoleArn', { pattern: /^\P{C}+$/u, shortest: 20, longest: 2048 });
  if (!/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/.test(roleArn)) {
    throw new WireError(400, 'ValidationError', `${roleArn} is invalid`);
  }
  return {
    roleArn,
    sessionName,
    seconds: wholeNumber(call, 'DurationSeconds', {
      least: shortestSeconds,
      most: longestSeconds,
      usual: 3600,
    }),
    externalId: constrained(call, 'ExternalId', { pattern: /^[\w+=,.@:/-]*$/, shortest: 2, longest: 1224 }),
    policies: sessionPolicies(call),
  };
}

function sessionPolicies(call: QueryCall): readonly string[] {
  const inline = call.parameters.get('Policy');
  const arns = call.parameters.structures('PolicyArns').map((item) => item.get('arn') ?? '');
  if (arns.length > mostPolicyArns) {
    throw validationError(
      `Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to ${mostPolicyArns}`,
    );
  }
  if (inline !== undefined) checkSessionPolicy(inline);
  const managed = arns.map((arn) => {
    const policy = findPolicy(call.world.directory, arn);
    if (policy !== undefined) return policy.defaultVersion.current.document;
    throw new WireError(400, 'ValidationError', `Policy ${arn} does not exist or is not attachable.`);
  });
  return [...(inline === undefined ? [] : [inline]), ...managed];
}

function checkSessionPolicy(document: string): void {
  if (policySize(document, 'session') > policyLimits.session.most) {
    throw validationError(
      `Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to ${policyLimits.session.most}`,
    );
  }
  try {
    parsePolicyDocument(document);
  } catch (error) {
    if (!(error instanceof PolicyDocumentError)) throw error;
    throw new WireError(400, 'MalformedPolicyDocument', error.reason);
  }
}

/** Whoever may not assume the role is not told whether it exists. */
function demandTrust(call: QueryCall, asked: AssumeRequest): Entity {
  const { caller } = call.principal;
  const role = findEntityByArn(call.world.directory, asked.roleArn);
  const grants = role && valueAt(role.grants, call.now - call.effects.propagationMs);
  const refused = accessDenied(
    `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${asked.roleArn}`,
  );
  if (role === undefined || grants?.trust === undefined) throw refused;
  const decision = decide(call, {
    action: 'sts:AssumeRole',
    resource: role.arn,
    resourceAccount: role.account,
    resourcePolicy: { kind: 'role-trust', document: grants.trust },
    context: definedOnly({
      'sts:ExternalId': asked.externalId,
      'sts:RoleSessionName': asked.sessionName,
    }),
  });
  if (!decision.allowed) throw refused;
  return role;
}

function checkDuration(call: QueryCall, asked: AssumeRequest, role: Entity): void {
  if (asked.seconds > role.maxSessionSeconds) {
    throw new WireError(
      400,
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  }
  if (call.principal.session !== undefined && asked.seconds > longestChainedSeconds) {
    throw new WireError(
      400,
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  }
}

function newSession(call: QueryCall, asked: AssumeRequest, role: Entity): Session {
  const seconds = Math.min(asked.seconds, call.world.settings.sessionSeconds ?? asked.seconds);
  return {
    accessKeyId: uniqueId('ASIA', 16),
    secret: secretKey(),
    token: sessionToken(),
    issuedAt: call.now,
    // Clients are told whole seconds.
    expiresAt: Math.floor(call.now / 1000) * 1000 + seconds * 1000,
    account: role.account,
    roleName: role.name,
    roleArn: role.arn,
    roleUniqueId: role.uniqueId,
    name: asked.sessionName,
    policies: asked.policies,
  };
}

/** Sessions that ended lately are still known, so that their owners are told that they expired. */
function forgetOldSessions(call: QueryCall): void {
  const { sessions } = call.world.directory;
  for (const [id, session] of sessions) {
    if (session.expiresAt < call.now - rememberedMs) sessions.delete(id);
  }
}

/** How full the space for session policies is, in percent; AWS packs them in a way it does not publish. */
function packedSize(policies: readonly string[]): number {
  const size = policies.reduce((sum, document) => sum + policySize(document, 'session'), 0);
  return Math.min(100, Math.ceil((size / policyLimits.session.most) * 100));
}
