import { describe } from 'vitest';
import type { AccessRequest, AppliedPolicies } from '../../../../src/core/policy/authorize.ts';
import type { Principals, Statement } from '../../../../src/core/policy/document.ts';
import {
  allow,
  bucket,
  callers,
  check,
  customer,
  deny,
  nothing,
  other,
  own,
  policy,
  put,
  roleArn,
  to,
  userArn,
  vendor,
} from './requests.ts';
import { sources } from './sources.ts';

describe('across accounts', () => {
  const foreign = put(callers.vendorUser);
  const named = bucket(to({ AWS: callers.vendorUser.arn }));
  check([
    ['only the identity allows', foreign, own, 'implicit-deny by resource', sources.crossAccount],
    [
      'only the bucket allows',
      foreign,
      { ...nothing, ...named },
      'implicit-deny by identity',
      sources.crossAccount,
    ],
    [
      'only the bucket allows, to all',
      foreign,
      { ...nothing, ...bucket(to('*')) },
      'implicit-deny by identity',
      sources.principal,
    ],
    ['both allow', foreign, { ...own, ...named }, 'allowed by resource', sources.crossAccount],
    [
      'both allow, the bucket by account',
      foreign,
      { ...own, ...bucket(to({ AWS: vendor })) },
      'allowed by resource',
      sources.crossAccount,
    ],
    [
      'the bucket names another account',
      foreign,
      { ...own, ...bucket(to({ AWS: '999999999999' })) },
      'implicit-deny by resource',
      sources.crossAccount,
    ],
    [
      'the identity denies',
      foreign,
      { identity: [policy(allow, deny)], ...named },
      'explicit-deny by identity',
      sources.crossAccount,
    ],
    [
      'the bucket denies',
      foreign,
      { ...own, ...bucket(to('*'), to('*', deny)) },
      'explicit-deny by resource',
      sources.crossAccount,
    ],
    [
      'the boundary stops even what the bucket grants to the user',
      foreign,
      { ...own, boundary: policy(other), ...named },
      'implicit-deny by boundary',
      sources.crossAccount,
    ],
    [
      'the session policy stops',
      foreign,
      { ...own, session: [policy(other)], ...named },
      'implicit-deny by session',
      sources.crossAccount,
    ],
    [
      'the root user of the other account needs only the bucket',
      put(callers.vendorRoot),
      { ...nothing, ...bucket(to({ AWS: vendor })) },
      'allowed by resource',
      sources.policies,
    ],
    [
      'the root user of the other account, unnamed',
      put(callers.vendorRoot),
      nothing,
      'implicit-deny by resource',
      sources.policies,
    ],
  ]);
});

describe('role trust', () => {
  const assume: Statement = { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: roleArn };
  const trusts = (principal: Principals, more: Partial<Statement> = {}) =>
    ({
      resource: policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: principal, ...more }),
      resourceKind: 'role-trust',
    }) as const;
  const may: AppliedPolicies = { identity: [policy(assume)] };
  const withId = { Condition: { StringEquals: { 'sts:ExternalId': 'org-42' } } };
  const ask = (caller: AccessRequest['caller'], context: AccessRequest['context'] = {}) =>
    put(caller, { action: 'sts:AssumeRole', resource: roleArn, context });
  const answer = { 'sts:externalid': 'org-42' };
  check([
    [
      'same account, trust silent: denied although the identity allows',
      ask(callers.user),
      { ...may, ...trusts({ AWS: vendor }) },
      'implicit-deny by resource',
      sources.logic,
    ],
    [
      'same account, no trust policy at all',
      ask(callers.user),
      { ...may, resourceKind: 'role-trust' },
      'implicit-deny by resource',
      sources.logic,
    ],
    [
      'same account, trust names the account: the identity decides',
      ask(callers.user),
      { ...may, ...trusts({ AWS: customer }) },
      'allowed by identity',
      sources.assumeRole,
    ],
    [
      'same account, trust names the account, the identity does not allow',
      ask(callers.user),
      { ...nothing, ...trusts({ AWS: customer }) },
      'implicit-deny by identity',
      sources.assumeRole,
    ],
    [
      'same account, trust names the user: enough',
      ask(callers.user),
      { ...nothing, ...trusts({ AWS: userArn }) },
      'allowed by resource',
      sources.assumeRole,
    ],
    [
      'same account, trust names the role of the session',
      ask(callers.session),
      { ...nothing, ...trusts({ AWS: roleArn }) },
      'allowed by resource',
      sources.logic,
    ],
    [
      'the root user assumes no role',
      ask(callers.root),
      { ...nothing, ...trusts({ AWS: customer }) },
      'implicit-deny by identity',
      sources.rolesByApi,
    ],
    [
      'other account, both agree',
      ask(callers.vendorUser, answer),
      { ...may, ...trusts({ AWS: vendor }, withId) },
      'allowed by resource',
      sources.externalId,
    ],
    [
      'other account, wrong external id',
      ask(callers.vendorUser, { 'sts:ExternalId': 'org-43' }),
      { ...may, ...trusts({ AWS: vendor }, withId) },
      'implicit-deny by resource',
      sources.externalId,
    ],
    [
      'other account, no external id',
      ask(callers.vendorUser),
      { ...may, ...trusts({ AWS: vendor }, withId) },
      'implicit-deny by resource',
      sources.externalId,
    ],
    [
      'other account, may not assume',
      ask(callers.vendorUser, answer),
      { ...nothing, ...trusts({ AWS: vendor }, withId) },
      'implicit-deny by identity',
      sources.assumeRole,
    ],
    [
      'a service that is trusted',
      ask(callers.service),
      { ...nothing, ...trusts({ Service: callers.service.arn }) },
      'allowed by resource',
      sources.principal,
    ],
  ]);
});

describe('KMS key', () => {
  const use: Statement = { Effect: 'Allow', Action: 'kms:GenerateDataKey', Resource: '*' };
  const key = (principal: Principals) =>
    ({ resource: policy({ ...use, Principal: principal }), resourceKind: 'kms-key' }) as const;
  const may: AppliedPolicies = { identity: [policy(use)] };
  const ask = (caller: AccessRequest['caller']) =>
    put(caller, { action: 'kms:GenerateDataKey', resource: `arn:aws:kms:us-east-1:${customer}:key/k` });
  check([
    [
      'the key policy is silent: IAM policies have no effect',
      ask(callers.user),
      { ...may, ...key({ AWS: vendor }) },
      'implicit-deny by resource',
      sources.keyPolicies,
    ],
    [
      'the key policy is silent: not even the root user',
      ask(callers.root),
      { ...nothing, ...key({ AWS: vendor }) },
      'implicit-deny by resource',
      sources.keyPolicies,
    ],
    [
      'the key policy enables IAM policies, and one allows',
      ask(callers.user),
      { ...may, ...key({ AWS: callers.root.arn }) },
      'allowed by identity',
      sources.keyPolicies,
    ],
    [
      'the key policy enables IAM policies, none allows',
      ask(callers.user),
      { ...nothing, ...key({ AWS: callers.root.arn }) },
      'implicit-deny by identity',
      sources.keyPolicies,
    ],
    [
      'the key policy names the account, the root user asks',
      ask(callers.root),
      { ...nothing, ...key({ AWS: callers.root.arn }) },
      'allowed by identity',
      sources.keyPolicies,
    ],
    [
      'the key policy names the role: enough',
      ask(callers.session),
      { ...nothing, ...key({ AWS: roleArn }) },
      'allowed by resource',
      sources.keyPolicies,
    ],
    [
      'other account, both agree',
      ask(callers.vendorUser),
      { ...may, ...key({ AWS: vendor }) },
      'allowed by resource',
      sources.keyPolicies,
    ],
  ]);
});
