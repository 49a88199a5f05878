import { describe, expect, test } from 'vitest';
import { authorize } from '../../../../src/core/policy/authorize.ts';
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
  sessionArn,
  to,
  userArn,
  vendor,
} from './requests.ts';
import { sources } from './sources.ts';

describe('within one account', () => {
  check([
    ['nothing allows: denied', put(callers.user), nothing, 'implicit-deny by identity', sources.logic],
    ['the identity allows', put(callers.user), own, 'allowed by identity', sources.logic],
    [
      'the identity allows, the bucket is silent',
      put(callers.user),
      { ...own, ...bucket(to({ AWS: vendor })) },
      'allowed by identity',
      sources.logic,
    ],
    [
      'one of several identity policies allows',
      put(callers.user),
      { identity: [policy(other), policy(allow)] },
      'allowed by identity',
      sources.policies,
    ],
    [
      'only the bucket allows, by user',
      put(callers.user),
      { ...nothing, ...bucket(to({ AWS: userArn })) },
      'allowed by resource',
      sources.logic,
    ],
    [
      'only the bucket allows, by "*"',
      put(callers.user),
      { ...nothing, ...bucket(to('*')) },
      'allowed by resource',
      sources.principal,
    ],
    [
      'only the bucket allows, by account: the account must too',
      put(callers.user),
      { ...nothing, ...bucket(to({ AWS: customer })) },
      'implicit-deny by identity',
      sources.principal,
    ],
    [
      'the bucket names the account and the identity allows',
      put(callers.user),
      { ...own, ...bucket(to({ AWS: customer })) },
      'allowed by identity',
      sources.principal,
    ],
    [
      'the identity denies what the bucket allows',
      put(callers.user),
      { identity: [policy(deny)], ...bucket(to({ AWS: userArn })) },
      'explicit-deny by identity',
      sources.logic,
    ],
    [
      'the bucket denies what the identity allows',
      put(callers.user),
      { ...own, ...bucket(to('*', deny)) },
      'explicit-deny by resource',
      sources.logic,
    ],
    [
      'the bucket denies somebody else',
      put(callers.user),
      { ...own, ...bucket(to({ AWS: vendor }, deny)) },
      'allowed by identity',
      sources.principal,
    ],
    [
      'a resource statement without principal speaks to nobody',
      put(callers.user),
      { ...nothing, ...bucket(allow) },
      'implicit-deny by identity',
      sources.grammar,
    ],
    ['the root user may do all', put(callers.root), nothing, 'allowed by identity', sources.enforcement],
    [
      'the bucket denies its own root user',
      put(callers.root),
      { ...nothing, ...bucket(to('*', deny)) },
      'explicit-deny by resource',
      sources.policies,
    ],
    [
      'anybody, if the bucket says "*"',
      put(callers.anonymous),
      { ...nothing, ...bucket(to('*')) },
      'allowed by resource',
      sources.principal,
    ],
    [
      'nobody anonymous, if it names the account',
      put(callers.anonymous),
      { ...nothing, ...bucket(to({ AWS: customer })) },
      'implicit-deny by resource',
      sources.principal,
    ],
    [
      'a service that the bucket names',
      put(callers.service),
      { ...nothing, ...bucket(to({ Service: 'logging.s3.amazonaws.com' })) },
      'allowed by resource',
      sources.principal,
    ],
    [
      'a service that the bucket does not name',
      put(callers.service),
      { ...nothing, ...bucket(to({ Service: 'ecs.amazonaws.com' })) },
      'implicit-deny by resource',
      sources.principal,
    ],
  ]);
});

describe("AWS's worked examples", () => {
  const carlos = {
    kind: 'user',
    account: '111111111111',
    arn: 'arn:aws:iam::111111111111:user/carlossalazar',
  } as const;
  const identity = [
    policy(
      { Sid: 'AllowS3ListRead', Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' },
      {
        Sid: 'AllowS3ProductionObjectActions',
        Effect: 'Allow',
        Action: 's3:*Object*',
        Resource: 'arn:aws:s3:::Production/*',
      },
      {
        Sid: 'DenyS3Logs',
        Effect: 'Deny',
        Action: 's3:*',
        Resource: ['arn:aws:s3:::*log*', 'arn:aws:s3:::*log*/*'],
      },
    ),
  ];
  const production = policy({
    Effect: 'Allow',
    Action: ['s3:GetObject*', 's3:PutObject*', 's3:ReplicateObject', 's3:RestoreObject'],
    Principal: { AWS: carlos.arn },
    Resource: 'arn:aws:s3:::Production/*',
  });
  const save = (resource: string, action = 's3:PutObject') =>
    put(carlos, { action, resource, resourceAccount: '222222222222' });
  check([
    [
      'Carlos may not save into Production-logs',
      save('arn:aws:s3:::Production-logs/a'),
      { identity },
      'explicit-deny by identity',
      sources.crossAccount,
    ],
    [
      'Carlos may save into Production',
      save('arn:aws:s3:::Production/a'),
      { identity, resource: production },
      'allowed by resource',
      sources.crossAccount,
    ],
    [
      'Carlos may not delete there',
      save('arn:aws:s3:::Production/a', 's3:DeleteObject'),
      { identity, resource: production },
      'implicit-deny by resource',
      sources.crossAccount,
    ],
  ]);

  const reports = {
    identity: [
      policy(
        { Sid: 'AllowGetList', Effect: 'Allow', Action: ['iam:Get*', 'iam:List*'], Resource: '*' },
        { Sid: 'DenyReports', Effect: 'Deny', Action: 'iam:*Report', Resource: '*' },
      ),
    ],
  };
  test.each([
    ['iam:GetUser', 'allowed', 'AllowGetList', 0],
    ['iam:CreatePolicy', 'implicit-deny', undefined, undefined],
    ['iam:GetOrganizationsAccessReport', 'explicit-deny', 'DenyReports', 1],
  ])(`%s is %s by %s (${sources.logic})`, (action, reason, sid, index) => {
    const decision = authorize(put(callers.user, { action, resource: '*' }), reports);
    expect([decision.reason, decision.statement?.sid, decision.statement?.index]).toEqual([
      reason,
      sid,
      index,
    ]);
  });
});

describe('the decision names', () => {
  test('the policy and the statement that allowed', () => {
    const identity = [policy(other), policy(other, { ...allow, Sid: 'Deliver' })];
    expect(authorize(put(callers.user), { identity })).toEqual({
      allowed: true,
      reason: 'allowed',
      layer: 'identity',
      statement: { sid: 'Deliver', policy: 1, index: 1 },
    });
  });

  test('a statement without Sid by its place', () => {
    const decision = authorize(put(callers.user), { ...own, ...bucket(to('*'), to('*', deny)) });
    expect(decision).toEqual({
      allowed: false,
      reason: 'explicit-deny',
      layer: 'resource',
      statement: { policy: 0, index: 1 },
    });
  });

  test('the grant that names the caller most directly', () => {
    const grants = bucket(to({ AWS: customer }), to({ AWS: roleArn }), to({ AWS: sessionArn }));
    const decision = authorize(put(callers.session), { ...nothing, boundary: policy(other), ...grants });
    expect(decision.statement?.index).toBe(2);
  });

  test('no statement where the root user needs none', () => {
    expect(authorize(put(callers.root), nothing)).toEqual({
      allowed: true,
      reason: 'allowed',
      layer: 'identity',
    });
  });
});
