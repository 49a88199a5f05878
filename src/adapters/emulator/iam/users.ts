import { findEntityByArn, type AccessKey, type Entity } from '../identity/directory.ts';
import { secretKey, uniqueId } from '../identity/identifiers.ts';
import { createVersioned } from '../identity/versioned.ts';
import { needed, toTime, type QueryCall, type QueryOperation } from '../query/query-call.ts';
import type { XmlValue } from '../xml/write-xml.ts';
import { WireError } from '../wire/wire-error.ts';
import {
  deleteConflict,
  demandIam,
  entityExists,
  entityNamed,
  iamArn,
  limitExceeded,
  noSuchEntity,
  ownAccount,
  readName,
  readPath,
  saved,
} from './iam-call.ts';
import { pageOfList } from './paging.ts';
import { readTags, tagMembers, tagOperations } from './tags.ts';

const mostKeys = 2;

/** Users and their access keys: enough to try a set-up with identities of one's own. */
export const userOperations: Readonly<Record<string, QueryOperation>> = {
  CreateUser: createUser,
  GetUser: (call) => ({ User: describeUser(namedOrSelf(call)) }),
  ListUsers: (call) => {
    demandIam(call, iamArn(call, 'user', '/'));
    return pageOfList(
      call,
      'Users',
      [...ownAccount(call).users.values()].map((user) => describeUser(user)),
    );
  },
  DeleteUser: deleteUser,
  CreateAccessKey: createAccessKey,
  ListAccessKeys: (call) => {
    const user = namedOrSelf(call);
    const keys = keysOf(call, user).map(({ id, status, createdAt, userName }) => ({
      UserName: userName,
      AccessKeyId: id,
      Status: status,
      CreateDate: toTime(createdAt),
    }));
    return pageOfList(call, 'AccessKeyMetadata', keys);
  },
  UpdateAccessKey: async (call) => {
    const status = needed(call, 'Status');
    if (status !== 'Active' && status !== 'Inactive')
      throw new WireError(400, 'ValidationError', `no status ${status}`);
    keyNamed(call, namedOrSelf(call)).status = status;
    return await saved(call);
  },
  DeleteAccessKey: async (call) => {
    call.world.directory.keys.delete(keyNamed(call, namedOrSelf(call)).id);
    return await saved(call);
  },
  ListAccountAliases: (call) => {
    demandIam(call, '*');
    return { AccountAliases: '', IsTruncated: false };
  },
  ...tagOperations('User', (call) => entityNamed(call, 'user')),
};

async function createUser(call: QueryCall): Promise<XmlValue> {
  const name = readName(call, 'UserName');
  const path = readPath(call);
  const arn = iamArn(call, 'user', `${path}${name}`);
  demandIam(call, arn);
  const { users } = ownAccount(call);
  if (users.has(name.toLowerCase())) throw entityExists('User', name);
  const user: Entity = {
    kind: 'user',
    account: call.principal.caller.account,
    name,
    path,
    arn,
    uniqueId: uniqueId('AIDA'),
    createdAt: call.now,
    grants: createVersioned({ inline: {}, attached: [], boundary: undefined, trust: undefined }, call.now),
    description: undefined,
    maxSessionSeconds: 0,
    tags: readTags(call),
    lastUsedAt: undefined,
  };
  users.set(name.toLowerCase(), user);
  await saved(call);
  return { User: describeUser(user) };
}

async function deleteUser(call: QueryCall): Promise<XmlValue> {
  const user = entityNamed(call, 'user');
  const { attached, inline } = user.grants.current;
  if (keysOf(call, user).length > 0)
    throw deleteConflict('Cannot delete entity, must delete access keys first.');
  if (attached.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
  if (Object.keys(inline).length > 0)
    throw deleteConflict('Cannot delete entity, must delete policies first.');
  ownAccount(call).users.delete(user.name.toLowerCase());
  return await saved(call);
}

async function createAccessKey(call: QueryCall): Promise<XmlValue> {
  const user = namedOrSelf(call);
  if (keysOf(call, user).length >= mostKeys)
    throw limitExceeded(`Cannot exceed quota for AccessKeysPerUser: ${mostKeys}`);
  const key: AccessKey = {
    id: uniqueId('AKIA', 16),
    secret: secretKey(),
    account: user.account,
    userName: user.name,
    createdAt: call.now,
    status: 'Active',
  };
  call.world.directory.keys.set(key.id, key);
  await saved(call);
  return {
    AccessKey: {
      UserName: user.name,
      AccessKeyId: key.id,
      Status: key.status,
      SecretAccessKey: key.secret,
      CreateDate: toTime(key.createdAt),
    },
  };
}

/** Without a name, the request is about the caller. */
function namedOrSelf(call: QueryCall): Entity {
  if (call.parameters.get('UserName') !== undefined) return entityNamed(call, 'user');
  demandIam(call, call.principal.caller.arn);
  const user = findEntityByArn(call.world.directory, call.principal.caller.arn);
  if (user !== undefined) return user;
  throw new WireError(400, 'ValidationError', 'Must specify userName when calling with non-User credentials');
}

function keysOf(call: QueryCall, user: Entity): readonly AccessKey[] {
  const keys = [...call.world.directory.keys.values()];
  return keys.filter((key) => key.account === user.account && key.userName === user.name);
}

function keyNamed(call: QueryCall, user: Entity): AccessKey {
  const id = needed(call, 'AccessKeyId');
  const key = keysOf(call, user).find((candidate) => candidate.id === id);
  if (key !== undefined) return key;
  throw noSuchEntity(`The Access Key with id ${id} cannot be found.`);
}

function describeUser(user: Entity): XmlValue {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.uniqueId,
    Arn: user.arn,
    CreateDate: toTime(user.createdAt),
    Tags: tagMembers(user.tags),
  };
}
