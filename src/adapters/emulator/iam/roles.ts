import type { Entity } from '../identity/directory.ts';
import { uniqueId } from '../identity/identifiers.ts';
import { createVersioned } from '../identity/versioned.ts';
import {
  constrained,
  toTime,
  wholeNumber,
  type QueryCall,
  type QueryOperation,
} from '../query/query-call.ts';
import type { XmlValue } from '../xml/write-xml.ts';
import { encodeDocument, readDocument } from './documents.ts';
import {
  changeGrants,
  deleteConflict,
  demandIam,
  entityExists,
  entityNamed,
  existingPolicy,
  iamArn,
  limitExceeded,
  ownAccount,
  readName,
  readPath,
  saved,
} from './iam-call.ts';
import { pageOfList } from './paging.ts';
import { readTags, tagMembers, tagOperations } from './tags.ts';

const sessionBounds = { least: 3600, most: 43_200, usual: 3600 };
const descriptions = { pattern: /^[^\p{Cc}\u{100}-\u{10FFFF}]*$/u, longest: 1000, shortest: 0 };
const mostRoles = 1000;

/** The operations on roles themselves; their policies are in entity-policies.ts. */
export const roleOperations: Readonly<Record<string, QueryOperation>> = {
  CreateRole: createRole,
  GetRole: (call) => ({ Role: describeRole(entityNamed(call, 'role')) }),
  ListRoles: listRoles,
  UpdateRole: updateRole,
  UpdateAssumeRolePolicy: async (call) => {
    const role = entityNamed(call, 'role');
    await changeGrants(call, role, { trust: readDocument(call, 'PolicyDocument', 'trust') });
    return undefined;
  },
  PutRolePermissionsBoundary: async (call) => {
    const boundary = call.parameters.get('PermissionsBoundary') ?? '';
    const role = entityNamed(call, 'role', { 'iam:PermissionsBoundary': boundary });
    existingPolicy(call, boundary);
    await changeGrants(call, role, { boundary });
    return undefined;
  },
  DeleteRolePermissionsBoundary: async (call) => {
    await changeGrants(call, entityNamed(call, 'role'), { boundary: undefined });
    return undefined;
  },
  DeleteRole: deleteRole,
  ...tagOperations('Role', (call) => entityNamed(call, 'role')),
};

async function createRole(call: QueryCall): Promise<XmlValue> {
  const name = readName(call, 'RoleName');
  const path = readPath(call);
  const arn = iamArn(call, 'role', `${path}${name}`);
  const boundary = call.parameters.get('PermissionsBoundary');
  demandIam(call, arn, boundary === undefined ? {} : { 'iam:PermissionsBoundary': boundary });
  const { roles } = ownAccount(call);
  const trust = readDocument(call, 'AssumeRolePolicyDocument', 'trust');
  if (boundary !== undefined) existingPolicy(call, boundary);
  if (roles.has(name.toLowerCase())) throw entityExists('Role', name);
  if (roles.size >= mostRoles) throw limitExceeded(`Cannot exceed quota for RolesPerAccount: ${mostRoles}`);
  const role: Entity = {
    kind: 'role',
    account: call.principal.caller.account,
    name,
    path,
    arn,
    uniqueId: uniqueId('AROA'),
    createdAt: call.now,
    grants: createVersioned({ inline: {}, attached: [], boundary, trust }, call.now),
    description: constrained(call, 'Description', descriptions),
    maxSessionSeconds: wholeNumber(call, 'MaxSessionDuration', sessionBounds),
    tags: readTags(call),
    lastUsedAt: undefined,
  };
  roles.set(name.toLowerCase(), role);
  await saved(call);
  return { Role: describeRole(role) };
}

function listRoles(call: QueryCall): XmlValue {
  demandIam(call, iamArn(call, 'role', '/'));
  const prefix = call.parameters.get('PathPrefix') ?? '/';
  const roles = [...ownAccount(call).roles.values()].filter((role) => role.path.startsWith(prefix));
  return pageOfList(
    call,
    'Roles',
    roles.sort((left, right) => (left.name < right.name ? -1 : 1)).map((role) => describeRole(role)),
  );
}

async function updateRole(call: QueryCall): Promise<XmlValue> {
  const role = entityNamed(call, 'role');
  role.description = constrained(call, 'Description', descriptions) ?? role.description;
  role.maxSessionSeconds = wholeNumber(call, 'MaxSessionDuration', {
    ...sessionBounds,
    usual: role.maxSessionSeconds,
  });
  await saved(call);
  return '';
}

async function deleteRole(call: QueryCall): Promise<XmlValue> {
  const role = entityNamed(call, 'role');
  const { attached, inline } = role.grants.current;
  if (attached.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
  if (Object.keys(inline).length > 0)
    throw deleteConflict('Cannot delete entity, must delete policies first.');
  ownAccount(call).roles.delete(role.name.toLowerCase());
  return await saved(call);
}

function describeRole(role: Entity): XmlValue {
  const { trust, boundary } = role.grants.current;
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.uniqueId,
    Arn: role.arn,
    CreateDate: toTime(role.createdAt),
    AssumeRolePolicyDocument: encodeDocument(trust ?? ''),
    Description: role.description,
    MaxSessionDuration: role.maxSessionSeconds,
    PermissionsBoundary: boundary && { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: boundary },
    Tags: tagMembers(role.tags),
    RoleLastUsed: role.lastUsedAt === undefined ? '' : { LastUsedDate: toTime(role.lastUsedAt) },
  };
}
