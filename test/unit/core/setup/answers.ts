import type { SetupAnswers } from '../../../../src/core/setup/answers/answers.ts';

export const vendor = '444455556666';
export const customer = '111122223333';

/** A good set of answers, with what a test changes of it. */
export function answersWith(more: Partial<SetupAnswers> = {}): SetupAnswers {
  return {
    accountId: vendor,
    organizationId: '1c42465e-4bf2-4e83-90d6-f6fbcac03634',
    bucket: 'acme-audit',
    region: 'us-east-1',
    prefix: 'altr',
    roleName: 'ALTRPublishSIEMDataAcme',
    policyName: 'acme.s3.policy',
    types: ['query', 'alert'],
    inlinePolicy: false,
    ...more,
  };
}

/** The answers of which golden files are kept in test/fixtures/setup. */
export const goldenCases = {
  managed: answersWith(),
  kms: answersWith({
    kmsKeyArn: `arn:aws:kms:us-east-1:${customer}:key/0b1c2d3e-aaaa-bbbb-cccc-000011112222`,
  }),
  'write-once': answersWith({ deliverer: 'audit-export', writeOnce: true, roleName: 'AuditExportDelivery' }),
  inline: answersWith({ inlinePolicy: true, prefix: '' }),
  govcloud: answersWith({ region: 'us-gov-west-1', prefix: 'audit/altr' }),
  china: answersWith({ region: 'cn-north-1', accountId: '000055556666' }),
} as const satisfies Record<string, SetupAnswers>;
