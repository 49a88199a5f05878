import { describe, expect, test } from 'vitest';
import { buildDesiredAccess } from '../../../../src/core/setup/desired/desired-access.ts';
import { planAccess } from '../../../../src/core/setup/plan/plan.ts';
import { answersWith, customer, goldenCases, vendor } from './answers.ts';
import { worldOf } from './live-worlds.ts';

const desired = buildDesiredAccess(answersWith());
const id = desired.externalId;
const root = `arn:aws:iam::${vendor}:root`;

const put = { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::acme-audit/altr/*' };
const letIn = {
  Effect: 'Allow',
  Principal: { AWS: root },
  Action: 'sts:AssumeRole',
  Condition: { StringEquals: { 'sts:ExternalId': id } },
};
const policy = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });
const when = (Condition: object) => policy({ ...letIn, Condition });

const permissions: [string, unknown, string[]][] = [
  ['s3:* instead of s3:PutObject', policy({ ...put, Action: 's3:*' }), ['widened-action']],
  ['s3:Put*', policy({ ...put, Action: 's3:Put*' }), ['widened-action']],
  ['everything', policy({ Effect: 'Allow', Action: '*', Resource: '*' }), ['widened-action']],
  ['a second action', policy({ ...put, Action: ['s3:PutObject', 's3:GetObject'] }), ['widened-action']],
  ['NotAction', policy({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }), ['widened-action']],
  ['the whole bucket', policy({ ...put, Resource: 'arn:aws:s3:::acme-audit/*' }), ['widened-resource']],
  ['every bucket', policy({ ...put, Resource: '*' }), ['widened-resource']],
  [
    'a prefix that only begins so',
    policy({ ...put, Resource: 'arn:aws:s3:::acme-audit/altr*' }),
    ['widened-resource'],
  ],
  [
    'NotResource',
    policy({ Effect: 'Allow', Action: 's3:PutObject', NotResource: 'arn:aws:s3:::other/*' }),
    ['widened-resource'],
  ],
  [
    'a statement more',
    policy(put, { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }),
    ['widened-action'],
  ],
  [
    'another bucket',
    policy({ ...put, Resource: 'arn:aws:s3:::other/*' }),
    ['widened-resource', 'narrowed-policy'],
  ],
  [
    'a part of the prefix',
    policy({ ...put, Resource: 'arn:aws:s3:::acme-audit/altr/audit_type=query/*' }),
    ['narrowed-policy'],
  ],
  [
    'a condition',
    policy({ ...put, Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } }),
    ['narrowed-policy'],
  ],
  ['a denial', policy(put, { ...put, Effect: 'Deny' }), ['narrowed-policy']],
  ['another action', policy({ ...put, Action: 's3:GetObject' }), ['widened-action', 'narrowed-policy']],
  ['no JSON', '{"Version":', ['unreadable-document']],
  ['a list', '[]', ['unreadable-document']],
  ['nothing', '', ['unreadable-document']],
  ['null', 'null', ['unreadable-document']],
  ['a statement that is none', policy('Allow' as unknown as object), ['unreadable-document']],
  [
    'an operator that is none',
    policy({ ...put, Condition: { Sometimes: { 'aws:a': 'b' } } }),
    ['unreadable-document'],
  ],
  ['numbers for names', policy({ Effect: 'Allow', Action: 7, Resource: { a: 1 } }), ['unreadable-document']],
  [
    'an action twice',
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:PutObject","Action":"s3:PutObject","Resource":"arn:aws:s3:::acme-audit/altr/*"}}',
    ['unreadable-document'],
  ],
];

const trusts: [string, unknown, string[]][] = [
  ['no condition', policy({ ...letIn, Condition: undefined }), ['missing-external-id']],
  [
    'a condition that forgives a missing id',
    when({ StringEqualsIfExists: { 'sts:ExternalId': id } }),
    ['missing-external-id'],
  ],
  [
    'a condition for all of none',
    when({ 'ForAllValues:StringEquals': { 'sts:ExternalId': id } }),
    ['missing-external-id'],
  ],
  [
    'a condition that asks for another id',
    when({ StringNotEquals: { 'sts:ExternalId': 'x' } }),
    ['missing-external-id'],
  ],
  [
    'another condition alone',
    when({ IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }),
    ['missing-external-id', 'narrowed-trust'],
  ],
  [
    'another id',
    when({ StringEquals: { 'sts:ExternalId': 'other' } }),
    ['different-external-id', 'narrowed-trust'],
  ],
  ['a second id', when({ StringEquals: { 'sts:ExternalId': [id, 'other'] } }), ['different-external-id']],
  ['a wildcard for an id', when({ StringLike: { 'sts:ExternalId': '*' } }), ['different-external-id']],
  [
    'a wildcard at the end of the id',
    when({ StringLike: { 'sts:ExternalId': `${id}*` } }),
    ['different-external-id'],
  ],
  ['an id that is there', when({ Null: { 'sts:ExternalId': 'false' } }), ['different-external-id']],
  [
    'one condition more',
    when({ ...letIn.Condition, Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
    ['narrowed-trust'],
  ],
  [
    'another account',
    policy({ ...letIn, Principal: { AWS: `arn:aws:iam::${customer}:root` } }),
    ['foreign-principal', 'narrowed-trust'],
  ],
  ['an account more', policy({ ...letIn, Principal: { AWS: [root, customer] } }), ['foreign-principal']],
  [
    'a statement for another account',
    policy(letIn, { ...letIn, Principal: { AWS: customer } }),
    ['foreign-principal'],
  ],
  [
    'a principal that was deleted',
    policy({ ...letIn, Principal: { AWS: 'AROAEXAMPLEEXAMPLE123' } }),
    ['foreign-principal', 'narrowed-trust'],
  ],
  [
    'a federation',
    policy(letIn, {
      Effect: 'Allow',
      Principal: { Federated: 'accounts.google.com' },
      Action: 'sts:AssumeRoleWithWebIdentity',
    }),
    ['widened-action', 'foreign-principal'],
  ],
  ['everybody', policy({ ...letIn, Principal: { AWS: '*' } }), ['wildcard-principal']],
  [
    'everybody, without an id',
    policy({ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }),
    ['wildcard-principal', 'missing-external-id'],
  ],
  ['everybody in another spelling', policy({ ...letIn, Principal: '*' }), ['wildcard-principal']],
  [
    'everybody but one',
    policy({ Effect: 'Allow', NotPrincipal: { AWS: customer }, Action: 'sts:AssumeRole' }),
    ['wildcard-principal', 'missing-external-id'],
  ],
  [
    'the service S3',
    policy({ Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' }),
    ['half-finished-role', 'narrowed-trust'],
  ],
  [
    'the service S3 beside the account',
    policy(letIn, { Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' }),
    ['half-finished-role'],
  ],
  [
    'another service',
    policy(letIn, { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }),
    ['foreign-principal'],
  ],
  [
    'one user of the account',
    policy({ ...letIn, Principal: { AWS: `arn:aws:iam::${vendor}:user/x` } }),
    ['narrowed-trust'],
  ],
  [
    'more than assuming',
    policy({ ...letIn, Action: ['sts:AssumeRole', 'sts:TagSession'] }),
    ['widened-action'],
  ],
  [
    'all but something',
    policy({ ...letIn, Action: undefined, NotAction: 'sts:TagSession' }),
    ['widened-action'],
  ],
  ['a denial', policy(letIn, { ...letIn, Effect: 'Deny' }), ['narrowed-trust']],
  ['no JSON', 'nothing', ['unreadable-document']],
  ['no statement', '{"Version":"2012-10-17","Statement":[]}', ['unreadable-document']],
  ['an element that is none', policy({ ...letIn, Colour: 'blue' }), ['unreadable-document']],
];

/** Each name once, in order. */
const names = (findings: readonly { code: string }[]): string[] => [
  ...new Set(findings.map(({ code }) => code)),
];

describe('drift of the permission policy', () => {
  test.each(permissions)('%s is called by its name and cured by a new version', (_what, document, codes) => {
    const plan = planAccess(desired, worldOf(desired, { document }));
    expect(names(plan.findings)).toEqual(codes);
    expect(plan.findings.every(({ level, curedByPlan }) => level === 'drift' && curedByPlan)).toBe(true);
    expect(plan.changes.map(({ kind }) => kind)).toEqual(['create-policy-version']);
    expect(plan.inSync).toBe(false);
  });

  test.each(permissions)('%s is called the same in an inline policy', (_what, document, codes) => {
    const inline = buildDesiredAccess(answersWith({ inlinePolicy: true }));
    const plan = planAccess(inline, worldOf(inline, { document }));
    expect(names(plan.findings)).toEqual(codes);
    expect(plan.changes.map(({ kind }) => kind)).toEqual(['put-inline-policy']);
  });

  test('a right to decrypt with the key is more than is wanted', () => {
    const kms = buildDesiredAccess(goldenCases.kms);
    const Resource = goldenCases.kms.kmsKeyArn;
    const document = policy(put, {
      Effect: 'Allow',
      Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
      Resource,
    });
    expect(names(planAccess(kms, worldOf(kms, { document })).findings)).toEqual(['widened-action']);
    const any = policy(put, { Effect: 'Allow', Action: 'kms:GenerateDataKey', Resource: '*' });
    expect(names(planAccess(kms, worldOf(kms, { document: any })).findings)).toEqual(['widened-resource']);
    expect(names(planAccess(kms, worldOf(kms, { document: policy(put) })).findings)).toEqual([
      'narrowed-policy',
    ]);
  });
});

describe('drift of the trust policy', () => {
  test.each(trusts)('%s is called by its name and cured by a new document', (_what, trust, codes) => {
    const plan = planAccess(desired, worldOf(desired, { trust }));
    expect(names(plan.findings)).toEqual(codes);
    expect(plan.findings.every(({ level, curedByPlan }) => level === 'drift' && curedByPlan)).toBe(true);
    expect(plan.changes.map(({ kind }) => kind)).toEqual(['update-trust']);
    expect(plan.inSync).toBe(false);
  });
});

describe('drift of what hangs on the role', () => {
  const extra = { name: 'AdministratorAccess', arn: 'arn:aws:iam::aws:policy/AdministratorAccess' };

  test('another policy is called out, and detached only when asked', () => {
    const own = worldOf(desired).role?.attached ?? [];
    const world = worldOf(desired, { role: { attached: [...own, extra] } });
    const plan = planAccess(desired, world);
    expect(plan.findings).toMatchObject([{ code: 'extra-attached-policy', curedByPlan: false }]);
    expect(plan.changes).toEqual([]);
    const removing = planAccess(desired, world, { removeExtras: true });
    expect(removing.findings).toMatchObject([{ code: 'extra-attached-policy', curedByPlan: true }]);
    expect(removing.changes).toEqual([{ kind: 'detach-policy', role: desired.role.name, arn: extra.arn }]);
  });

  test('the policy as it would be inline is an extra where it is to be managed, and the other way round', () => {
    const inline = buildDesiredAccess(answersWith({ inlinePolicy: true }));
    const both = worldOf(desired, {
      role: { inline: [{ name: desired.policy.name, document: JSON.stringify(desired.policy.document) }] },
    });
    expect(names(planAccess(desired, both).findings)).toEqual(['extra-inline-policy']);
    expect(names(planAccess(inline, both).findings)).toEqual(['extra-attached-policy']);
  });

  test('a permissions boundary is called out and left to a person', () => {
    const boundary = {
      arn: 'arn:aws:iam::aws:policy/X',
      document: '{"Version":"2012-10-17","Statement":[]}',
    };
    const plan = planAccess(desired, worldOf(desired, { role: { boundary } }));
    expect(plan).toMatchObject({
      inSync: false,
      changes: [],
      findings: [{ code: 'permissions-boundary', curedByPlan: false }],
    });
  });

  test('a role below a path is warned of, and no reason to fail', () => {
    const arn = `arn:aws:iam::${customer}:role/service-role/${desired.role.name}`;
    const plan = planAccess(desired, worldOf(desired, { role: { arn } }));
    expect(plan).toMatchObject({ inSync: true, findings: [{ code: 'role-path', level: 'warning' }] });
  });
});
