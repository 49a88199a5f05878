import type { Entity, ManagedPolicy, PolicyVersion } from '../identity/directory.ts';
import { uniqueId } from '../identity/identifiers.ts';
import { changeVersioned, createVersioned } from '../identity/versioned.ts';
import { constrained, needed, toTime, type QueryCall, type QueryOperation } from '../query/query-call.ts';
import type { XmlValue } from '../xml/write-xml.ts';
import { encodeDocument, readDocument } from './documents.ts';
import {
  deleteConflict,
  demandIam,
  entityExists,
  iamArn,
  limitExceeded,
  noSuchEntity,
  ownAccount,
  policyNamed,
  readName,
  readPath,
  saved,
} from './iam-call.ts';
import { pageOfList } from './paging.ts';
import { readTags, tagMembers, tagOperations } from './tags.ts';

const mostVersions = 5;
const mostPolicies = 1500;

/** Customer-managed policies and their versions. */
export const policyOperations: Readonly<Record<string, QueryOperation>> = {
  CreatePolicy: createPolicy,
  GetPolicy: (call) => ({ Policy: describePolicy(call, policyNamed(call)) }),
  ListPolicies: listPolicies,
  DeletePolicy: deletePolicy,
  CreatePolicyVersion: createVersion,
  GetPolicyVersion: (call) => {
    const policy = policyNamed(call);
    const version = versionNamed(call, policy);
    return {
      PolicyVersion: { Document: encodeDocument(version.document), ...describeVersion(policy, version) },
    };
  },
  ListPolicyVersions: (call) => {
    const policy = policyNamed(call);
    const versions = [...policy.versions].reverse().map((version) => describeVersion(policy, version));
    return pageOfList(call, 'Versions', versions);
  },
  SetDefaultPolicyVersion: async (call) => {
    const policy = policyNamed(call);
    changeVersioned(policy.defaultVersion, versionNamed(call, policy), call.now);
    return await saved(call);
  },
  DeletePolicyVersion: async (call) => {
    const policy = policyNamed(call);
    const version = versionNamed(call, policy);
    if (isDefault(policy, version)) throw deleteConflict('Cannot delete the default version of a policy.');
    policy.versions = policy.versions.filter((other) => other !== version);
    return await saved(call);
  },
  ListEntitiesForPolicy: (call) => {
    const entities = attachedTo(call, policyNamed(call));
    const members = (kind: Entity['kind'], name: string, id: string): XmlValue => ({
      member: entities
        .filter((entity) => entity.kind === kind)
        .map((entity) => ({ [name]: entity.name, [id]: entity.uniqueId })),
    });
    return {
      PolicyRoles: members('role', 'RoleName', 'RoleId'),
      PolicyUsers: members('user', 'UserName', 'UserId'),
      PolicyGroups: '',
      IsTruncated: false,
    };
  },
  ...tagOperations('Policy', policyNamed),
};

async function createPolicy(call: QueryCall): Promise<XmlValue> {
  const name = readName(call, 'PolicyName');
  const path = readPath(call);
  const arn = iamArn(call, 'policy', `${path}${name}`);
  demandIam(call, arn);
  const { policies } = ownAccount(call);
  const document = readDocument(call, 'PolicyDocument', 'managed');
  if (policies.has(name.toLowerCase())) throw entityExists('A policy called', name);
  if (policies.size >= mostPolicies)
    throw limitExceeded(`Cannot exceed quota for PoliciesPerAccount: ${mostPolicies}`);
  const first = { id: 'v1', document, createdAt: call.now };
  const policy: ManagedPolicy = {
    account: call.principal.caller.account,
    name,
    path,
    arn,
    uniqueId: uniqueId('ANPA'),
    description: constrained(call, 'Description', { pattern: /^[\s\S]*$/, longest: 1000, shortest: 0 }),
    createdAt: call.now,
    updatedAt: call.now,
    versions: [first],
    nextVersion: 2,
    defaultVersion: createVersioned(first, call.now),
    tags: readTags(call),
  };
  policies.set(name.toLowerCase(), policy);
  await saved(call);
  return { Policy: describePolicy(call, policy) };
}

async function createVersion(call: QueryCall): Promise<XmlValue> {
  const policy = policyNamed(call);
  const document = readDocument(call, 'PolicyDocument', 'managed');
  if (policy.versions.length >= mostVersions) {
    throw limitExceeded(
      `A managed policy can have up to ${mostVersions} versions. Before you create a new version, you must delete an existing version.`,
    );
  }
  const version = { id: `v${policy.nextVersion}`, document, createdAt: call.now };
  policy.nextVersion += 1;
  policy.versions = [...policy.versions, version];
  policy.updatedAt = call.now;
  if (call.parameters.get('SetAsDefault') === 'true')
    changeVersioned(policy.defaultVersion, version, call.now);
  await saved(call);
  return { PolicyVersion: describeVersion(policy, version) };
}

async function deletePolicy(call: QueryCall): Promise<XmlValue> {
  const policy = policyNamed(call);
  if (attachedTo(call, policy).length > 0)
    throw deleteConflict('Cannot delete a policy attached to entities.');
  if (policy.versions.length > 1) {
    throw deleteConflict(
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    );
  }
  ownAccount(call).policies.delete(policy.name.toLowerCase());
  return await saved(call);
}

function listPolicies(call: QueryCall): XmlValue {
  demandIam(call, '*');
  const prefix = call.parameters.get('PathPrefix') ?? '/';
  const scope = call.parameters.get('Scope') ?? 'All';
  const policies = scope === 'AWS' ? [] : [...ownAccount(call).policies.values()];
  const onlyAttached = call.parameters.get('OnlyAttached') === 'true';
  return pageOfList(
    call,
    'Policies',
    policies
      .filter((policy) => policy.path.startsWith(prefix))
      .filter((policy) => !onlyAttached || attachedTo(call, policy).length > 0)
      .sort((left, right) => (left.name < right.name ? -1 : 1))
      .map((policy) => describePolicy(call, policy)),
  );
}

function versionNamed(call: QueryCall, policy: ManagedPolicy): PolicyVersion {
  const id = needed(call, 'VersionId');
  const version = policy.versions.find((candidate) => candidate.id === id);
  if (version !== undefined) return version;
  throw noSuchEntity(`Policy ${policy.arn} version ${id} does not exist or is not attachable.`);
}

function attachedTo(call: QueryCall, policy: ManagedPolicy): readonly Entity[] {
  const { roles, users } = ownAccount(call);
  return [...roles.values(), ...users.values()].filter((entity) => {
    const { attached, boundary } = entity.grants.current;
    return attached.includes(policy.arn) || boundary === policy.arn;
  });
}

function describePolicy(call: QueryCall, policy: ManagedPolicy): XmlValue {
  return {
    PolicyName: policy.name,
    PolicyId: policy.uniqueId,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersion.current.id,
    AttachmentCount: attachedTo(call, policy).length,
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    Description: policy.description,
    CreateDate: toTime(policy.createdAt),
    UpdateDate: toTime(policy.updatedAt),
    Tags: tagMembers(policy.tags),
  };
}

function describeVersion(
  policy: ManagedPolicy,
  version: PolicyVersion,
): { readonly [name: string]: XmlValue } {
  return {
    VersionId: version.id,
    IsDefaultVersion: isDefault(policy, version),
    CreateDate: toTime(version.createdAt),
  };
}

function isDefault(policy: ManagedPolicy, version: PolicyVersion): boolean {
  return policy.defaultVersion.current.id === version.id;
}
