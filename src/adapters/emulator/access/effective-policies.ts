import { parsePolicyDocument, type PolicyDocument, type PolicyKind } from '../../../core/policy/document.ts';
import {
  findEntity,
  findEntityByArn,
  findPolicy,
  type Directory,
  type Entity,
  type Grants,
} from '../identity/directory.ts';
import type { Principal } from '../identity/principal.ts';
import { valueAt } from '../identity/versioned.ts';

/** What limits and grants a principal's requests, apart from the policy of the resource. */
export interface EffectivePolicies {
  readonly identity: readonly PolicyDocument[];
  readonly boundary?: PolicyDocument;
  readonly session?: readonly PolicyDocument[];
}

/** The policies of a principal as they stood at a time (epoch milliseconds): changes of IAM spread with a delay. */
export function effectivePolicies(
  directory: Directory,
  principal: Principal,
  time: number,
): EffectivePolicies {
  const entity = entityOf(directory, principal);
  const grants = entity === undefined ? undefined : valueAt(entity.grants, time);
  if (grants === undefined) return { identity: [] };
  const session = principal.session?.policies.map((document) => parsed(document, 'identity'));
  return { ...entityPolicies(directory, grants, time), ...(session && session.length > 0 && { session }) };
}

/** Identity policies and boundary of a user or role. */
export function entityPolicies(directory: Directory, grants: Grants, time: number): EffectivePolicies {
  const managed = grants.attached.map((arn) => managedDocument(directory, arn, time));
  const documents = [...Object.values(grants.inline), ...managed].filter(
    (document) => document !== undefined,
  );
  const boundary =
    grants.boundary === undefined ? undefined : managedDocument(directory, grants.boundary, time);
  return {
    identity: documents.map((document) => parsed(document, 'identity')),
    ...(boundary !== undefined && { boundary: parsed(boundary, 'identity') }),
  };
}

function managedDocument(directory: Directory, arn: string, time: number): string | undefined {
  const policy = findPolicy(directory, arn);
  return policy === undefined ? undefined : valueAt(policy.defaultVersion, time)?.document;
}

/** A session lives as long as its very role: one re-created under the same name has another unique id. */
function entityOf(directory: Directory, principal: Principal): Entity | undefined {
  const { session } = principal;
  if (session === undefined) return findEntityByArn(directory, principal.caller.arn);
  const role = findEntity(directory, 'role', session.account, session.roleName);
  return role?.uniqueId === session.roleUniqueId ? role : undefined;
}

const parsedDocuments = new Map<string, PolicyDocument>();
const mostParsed = 500;

/** Parses a document that was checked when it came in; the last few hundred are kept. */
export function parsed(document: string, kind: PolicyKind): PolicyDocument {
  const cacheKey = `${kind} ${document}`;
  const known = parsedDocuments.get(cacheKey);
  if (known !== undefined) return known;
  const fresh = parsePolicyDocument(document, { kind });
  if (parsedDocuments.size >= mostParsed) parsedDocuments.clear();
  parsedDocuments.set(cacheKey, fresh);
  return fresh;
}
