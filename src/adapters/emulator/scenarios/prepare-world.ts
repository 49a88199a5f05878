import { accounts } from '../identity/first-accounts.ts';
import type { Entity, ManagedPolicy } from '../identity/directory.ts';
import { uniqueId } from '../identity/identifiers.ts';
import type { Versioned } from '../identity/versioned.ts';
import { newBucket } from '../s3/buckets/bucket-operations.ts';
import { objectLockXml } from '../s3/objects/object-lock.ts';
import { findKey } from '../kms/keys.ts';
import type { World } from '../world.ts';
import { prepared, type Preparation } from './scenario.ts';

const version = '2012-10-17';

/** Makes bucket, role and policy of a scenario; what a kept world has already stays as it is. */
export function prepareWorld(world: World, preparation: Preparation): void {
  if (preparation.bucket !== undefined && !world.buckets.has(prepared.bucket))
    prepareBucket(world, preparation.bucket);
  const roles = world.directory.accounts.get(accounts.customer.accountId)?.roles;
  if (preparation.role !== undefined && roles?.has(prepared.roleName.toLowerCase()) === false) {
    prepareRole(world, preparation.role);
  }
}

function prepareBucket(world: World, wanted: NonNullable<Preparation['bucket']>): void {
  const region = wanted.region ?? world.region;
  const owner = accounts[wanted.owner ?? 'customer'].accountId;
  const bucket = newBucket({ name: prepared.bucket, owner, region, createdAt: world.clock() });
  if (wanted.policy !== undefined) bucket.policy = JSON.stringify(wanted.policy);
  if (wanted.kmsKey !== undefined) {
    const key = findKey(world.keys, `alias/${wanted.kmsKey}`, { account: owner, region });
    bucket.encryption = { algorithm: 'aws:kms', keyArn: key?.arn, bucketKey: true };
  }
  if (wanted.objectLockDays !== undefined) {
    bucket.versioning = 'Enabled';
    const lock = { mode: 'GOVERNANCE', days: wanted.objectLockDays } as const;
    bucket.objectLock = { ...lock, xml: objectLockXml(lock) };
  }
  world.buckets.set(bucket.name, bucket);
}

function prepareRole(world: World, wanted: NonNullable<Preparation['role']>): void {
  const account = world.directory.accounts.get(accounts.customer.accountId);
  if (account === undefined) return;
  const statements = wanted.statements ?? [
    {
      Sid: 'DeliverAuditEvents',
      Effect: 'Allow',
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${prepared.bucket}/${prepared.prefix}*`,
    },
  ];
  const policy = statements.length === 0 ? undefined : makePolicy(world, account.id, statements);
  if (policy !== undefined) account.policies.set(policy.name.toLowerCase(), policy);
  const role = makeRole(world, account.id, trustOf(wanted), policy?.arn);
  account.roles.set(role.name.toLowerCase(), role);
}

function trustOf(wanted: NonNullable<Preparation['role']>): string {
  const { accountId, userName } = accounts.vendor;
  const Statement = {
    Effect: 'Allow',
    Principal: wanted.principal ?? { AWS: `arn:aws:iam::${accountId}:user/${userName}` },
    Action: 'sts:AssumeRole',
    ...(wanted.demandsExternalId !== false && {
      Condition: { StringEquals: { 'sts:ExternalId': prepared.externalId } },
    }),
  };
  return JSON.stringify({ Version: version, Statement: [Statement] });
}

function makePolicy(world: World, account: string, statements: readonly object[]): ManagedPolicy {
  const now = world.clock();
  const first = {
    id: 'v1',
    document: JSON.stringify({ Version: version, Statement: statements }),
    createdAt: now,
  };
  return {
    account,
    name: prepared.policyName,
    path: '/',
    arn: `arn:aws:iam::${account}:policy/${prepared.policyName}`,
    uniqueId: uniqueId('ANPA'),
    description: undefined,
    createdAt: now,
    updatedAt: now,
    versions: [first],
    nextVersion: 2,
    defaultVersion: sinceEver(first),
    tags: new Map(),
  };
}

function makeRole(world: World, account: string, trust: string, policyArn: string | undefined): Entity {
  return {
    kind: 'role',
    account,
    name: prepared.roleName,
    path: '/',
    arn: `arn:aws:iam::${account}:role/${prepared.roleName}`,
    uniqueId: uniqueId('AROA'),
    createdAt: world.clock(),
    grants: sinceEver({
      inline: {},
      attached: policyArn === undefined ? [] : [policyArn],
      boundary: undefined,
      trust,
    }),
    description: undefined,
    maxSessionSeconds: 3600,
    tags: new Map(),
    lastUsedAt: undefined,
  };
}

/** Made before the rehearsal began: slow propagation does not hold it back. */
function sinceEver<T>(current: T): Versioned<T> {
  return { current, past: [] };
}
