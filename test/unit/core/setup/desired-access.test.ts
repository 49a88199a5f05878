import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { authorize } from '../../../../src/core/policy/authorize.ts';
import type { PolicyKind } from '../../../../src/core/policy/document.ts';
import { parsePolicyDocument } from '../../../../src/core/policy/document.ts';
import { forbiddenCharacter, policyLimits, policySize } from '../../../../src/core/policy/limits.ts';
import { buildDesiredAccess } from '../../../../src/core/setup/desired/desired-access.ts';
import { explainAccess } from '../../../../src/core/setup/desired/explain.ts';
import { goodAnswers } from './arbitrary-answers.ts';
import { answersWith, customer, goldenCases, vendor } from './answers.ts';

const session = {
  arn: `arn:aws:sts::${customer}:assumed-role/ALTRPublishSIEMDataAcme/s`,
  account: customer,
  kind: 'assumed-role',
} as const;
const stranger = {
  arn: `arn:aws:iam::${vendor}:user/exporter`,
  account: vendor,
  kind: 'user',
} as const;
const mayAssume = [
  {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' },
  } as const,
];

describe('the documents', () => {
  test('are one statement with s3:PutObject below the prefix, and the account with its external id', () => {
    const { role, policy } = buildDesiredAccess(answersWith());
    expect(policy.document).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'DeliverAuditLogs',
          Effect: 'Allow',
          Action: 's3:PutObject',
          Resource: 'arn:aws:s3:::acme-audit/altr/*',
        },
      ],
    });
    expect(role.trustPolicy).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'TrustWithExternalId',
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${vendor}:root` },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'sts:ExternalId': '1c42465e-4bf2-4e83-90d6-f6fbcac03634' } },
        },
      ],
    });
  });

  test.each([
    ['us-east-1', '', 'arn:aws:s3:::acme-audit/*'],
    ['us-gov-west-1', 'altr', 'arn:aws-us-gov:s3:::acme-audit/altr/*'],
    ['cn-north-1', 'a/b', 'arn:aws-cn:s3:::acme-audit/a/b/*'],
  ])('in %s with the prefix %j name %s', (region, prefix, resource) => {
    const { policy } = buildDesiredAccess(answersWith({ region, prefix }));
    expect(policy.document.Statement).toMatchObject([{ Resource: resource }]);
  });

  test('name a KMS key only where there is one, and only to make data keys', () => {
    const { policy } = buildDesiredAccess(goldenCases.kms);
    expect(policy.document.Statement).toMatchObject([
      {},
      { Action: 'kms:GenerateDataKey', Resource: goldenCases.kms.kmsKeyArn },
    ]);
  });

  test('are good by the grammar, the sizes and the characters of IAM, whatever the answers', () => {
    fc.assert(
      fc.property(goodAnswers, (answers) => {
        const { role, policy } = buildDesiredAccess(answers);
        for (const [document, kind, holder] of [
          [role.trustPolicy, 'trust', 'trust'],
          [policy.document, 'identity', 'managed'],
        ] as const) {
          const text = JSON.stringify(document);
          expect(parsePolicyDocument(text, { kind: kind satisfies PolicyKind })).toEqual(document);
          expect(policySize(text, holder)).toBeLessThanOrEqual(policyLimits[holder].most);
          expect(forbiddenCharacter(text)).toBeUndefined();
        }
      }),
    );
  });

  test('let the role create objects below the prefix and do nothing else', () => {
    const others = ['s3:GetObject', 's3:DeleteObject', 's3:PutObjectTagging', 's3:ListBucket', 'kms:Decrypt'];
    fc.assert(
      fc.property(goodAnswers, fc.string({ maxLength: 40 }), (answers, key) => {
        const { policy, partition } = buildDesiredAccess(answers);
        const allowed = (action: string, resource: string): boolean =>
          authorize(
            { caller: session, action, resource, resourceAccount: customer, context: {} },
            { identity: [policy.document] },
          ).allowed;
        const bucket = `arn:${partition}:s3:::${answers.bucket}`;
        const inside = `${bucket}/${answers.prefix === '' ? '' : `${answers.prefix}/`}${key}`;
        expect(allowed('s3:PutObject', inside)).toBe(true);
        for (const action of others) expect(allowed(action, inside)).toBe(false);
        expect(allowed('s3:PutObject', `${bucket}x/${answers.prefix}/${key}`)).toBe(false);
        const start = `${bucket}/${answers.prefix === '' ? '' : `${answers.prefix}/`}`;
        for (const elsewhere of [`${bucket}/${key}`, `${bucket}/${answers.prefix}x/${key}`])
          expect(allowed('s3:PutObject', elsewhere)).toBe(elsewhere.startsWith(start));
      }),
    );
  });

  test('let only the trusted account in, and only with its external id', () => {
    fc.assert(
      fc.property(goodAnswers, goodAnswers, (answers, other) => {
        const { role } = buildDesiredAccess({
          ...answers,
          region: 'us-east-1',
          accountId: vendor,
        });
        const assumes = (caller: typeof stranger | (typeof stranger & object), id?: string): boolean =>
          authorize(
            {
              caller,
              action: 'sts:AssumeRole',
              resource: `arn:aws:iam::${customer}:role/${role.name}`,
              resourceAccount: customer,
              context: id === undefined ? {} : { 'sts:ExternalId': id },
            },
            { identity: mayAssume, resource: role.trustPolicy, resourceKind: 'role-trust' },
          ).allowed;
        expect(assumes(stranger, answers.organizationId)).toBe(true);
        expect(assumes(stranger)).toBe(false);
        expect(assumes(stranger, other.organizationId)).toBe(other.organizationId === answers.organizationId);
        const foreign = { ...stranger, arn: 'arn:aws:iam::777788889999:user/x', account: '777788889999' };
        expect(assumes(foreign as unknown as typeof stranger, answers.organizationId)).toBe(false);
      }),
    );
  });
});

test('the explanation names who, when, what and where', () => {
  const [sentence] = explainAccess(buildDesiredAccess(answersWith()));
  expect(sentence).toBe(
    `Account ${vendor}, when it names organization id 1c42465e-4bf2-4e83-90d6-f6fbcac03634, may create objects below s3://acme-audit/altr/ and nothing else.`,
  );
});
