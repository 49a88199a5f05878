import { describe, expect, test } from 'vitest';
import { answerProblems } from '../../../../src/core/setup/answers/access-request.ts';
import { answerRules, contradictions } from '../../../../src/core/setup/answers/answer-rules.ts';
import { understood } from '../../../../src/core/setup/answers/understood-answers.ts';
import type { AnswerName } from '../../../../src/core/setup/answers/answers.ts';
import { partitionOf } from '../../../../src/core/setup/answers/aws-partition.ts';
import { answersWith } from './answers.ts';

const key = 'arn:aws:kms:us-east-1:111122223333:key/0b1c2d3e-aaaa-bbbb-cccc-000011112222';

const good: [AnswerName, string][] = [
  ['accountId', '012345678901'],
  ['organizationId', 'ab'],
  ['organizationId', '1c42465e-4bf2-4e83-90d6-f6fbcac03634'],
  ['organizationId', 'A_z+=,.@:/-0'],
  ['organizationId', 'x'.repeat(1224)],
  ['bucket', 'abc'],
  ['bucket', 'acme.audit-logs.2025'],
  ['bucket', 'a'.repeat(63)],
  ['region', 'us-east-1'],
  ['region', 'us-gov-west-1'],
  ['region', 'cn-northwest-1'],
  ['region', 'ap-southeast-7'],
  ['region', 'eusc-de-east-1'],
  ['prefix', ''],
  ['prefix', '/'],
  ['prefix', 'audit/altr'],
  ['prefix', '/audit/altr/'],
  ['roleName', 'ALTRPublishSIEMData'],
  ['roleName', `ALTRPublishSIEMData${'x'.repeat(45)}`],
  ['roleName', 'ALTRPublishSIEMData_+=,.@-'],
  ['policyName', 'acme.s3.policy'],
  ['policyName', 'p'.repeat(128)],
  ['types', 'query,alert'],
  ['types', 'native-query, my-own'],
  ['kmsKeyArn', key],
  ['kmsKeyArn', 'arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-0123456789abcdef'],
];

const bad: [AnswerName, string, RegExp][] = [
  ['accountId', '', /it has 0 digits: an AWS account id is exactly 12 digits/],
  ['accountId', '12345678901', /11 digits/],
  ['accountId', '1234567890123', /13 digits/],
  ['accountId', '1234-5678-9012', /dashes; write 123456789012/],
  ['accountId', '12345678901a', /other than digits/],
  ['accountId', ' 123456789012', /other than digits/],
  ['organizationId', '', /empty/],
  ['organizationId', 'a', /only 1 character/],
  ['organizationId', 'x'.repeat(1225), /1225 characters/],
  ['organizationId', 'two words', /a space/],
  ['organizationId', 'a*b', /"\*"/],
  ['organizationId', 'a\u201cb', /\u201c/],
  ['bucket', 'ab', /only 2/],
  ['bucket', 'a'.repeat(64), /64 characters/],
  ['bucket', 'Acme', /upper-case/],
  ['bucket', 'acme_audit', /"_"/],
  ['bucket', 's3://acme', /":"/],
  ['bucket', '-acme', /begins or ends/],
  ['bucket', 'acme.', /begins or ends/],
  ['bucket', 'a..b', /two dots/],
  ['bucket', '192.168.0.1', /IP address/],
  ['bucket', 'xn--acme', /start with xn--/],
  ['bucket', 'sthree-acme', /start with sthree-/],
  ['bucket', 'amzn-s3-demo-acme', /start with amzn-s3-demo-/],
  ['bucket', 'acme-s3alias', /end with -s3alias/],
  ['bucket', 'acme--ol-s3', /end with --ol-s3/],
  ['bucket', 'acme.mrap', /end with \.mrap/],
  ['bucket', 'acme--x-s3', /end with --x-s3/],
  ['bucket', 'acme--table-s3', /end with --table-s3/],
  ['region', '', /does not look like/],
  ['region', 'N. Virginia', /does not look like/],
  ['region', 'us-east-1a', /does not look like/],
  ['region', 'US-EAST-1', /does not look like/],
  ['prefix', 'a//b', /empty/],
  ['prefix', '../b', /"\.\."/],
  ['prefix', 'a*', /"\*"/],
  // oxlint-disable-next-line no-template-curly-in-string -- a policy variable
  ['prefix', 'a/${aws:username}', /"\$"/],
  ['prefix', 'a?', /"\?"/],
  ['prefix', 'größe', /"ö"/],
  ['prefix', 'p'.repeat(701), /701/],
  ['roleName', '', /empty/],
  ['roleName', `ALTRPublishSIEMData${'x'.repeat(46)}`, /65 characters/],
  ['roleName', 'ALTRPublishSIEMData Acme', /a space/],
  ['roleName', 'ALTRPublishSIEMData/Acme', /"\/"/],
  ['policyName', '', /empty/],
  ['policyName', 'p'.repeat(129), /129/],
  ['policyName', 'acme/s3', /"\/"/],
  ['types', '', /none is named/],
  ['types', ' , ', /none is named/],
  ['types', 'querry', /did you mean query/],
  ['types', 'query,Alert!', /"Alert!"/],
  ['kmsKeyArn', 'alias/acme', /not the ARN/],
  ['kmsKeyArn', 'arn:aws:kms:us-east-1:111122223333:alias/acme', /an alias/],
  ['kmsKeyArn', '0b1c2d3e-aaaa-bbbb-cccc-000011112222', /not the ARN/],
];

describe('the rules of the answers', () => {
  test.each(good)('take %s %j', (name, text) => {
    expect(answerRules[name].check(text)).toBeUndefined();
  });

  test.each(bad)('refuse %s %j with the reason and the rule', (name, text, reason) => {
    const said = answerRules[name].check(text);
    expect(said).toMatch(reason);
    expect(said).toContain(answerRules[name].rule);
  });

  test.each([
    ['us-east-1', undefined, 0],
    ['us-east-1', key, 0],
    ['eu-central-1', key, 1],
    ['us-gov-west-1', key, 1],
  ])('in %s with the key %s find %i contradictions', (region, kmsKeyArn, count) => {
    expect(contradictions({ region, kmsKeyArn })).toHaveLength(count);
  });

  test('are all asked of a set of answers; no types are no fault', () => {
    expect(answerProblems(answersWith({ types: [] }))).toEqual([]);
    const wrong = answersWith({ accountId: '1', roleName: 'x', kmsKeyArn: 'y' });
    expect(answerProblems(wrong).map(({ answer }) => answer)).toEqual(['accountId', 'kmsKeyArn']);
    expect(answerProblems(answersWith({ region: 'eu-west-1', kmsKeyArn: key }))).toMatchObject([
      { answer: 'kmsKeyArn' },
    ]);
  });
});

describe('the name of the role', () => {
  test.each([
    ['MyRole', /it starts with "MyRole".*must start with ALTRPublishSIEMData/],
    ['altrpublishsiemdataAcme', /other capitals, and case counts/],
  ])('%s is none that a vendor may assume, and good where this tool delivers', (roleName, reason) => {
    expect(answerProblems(answersWith({ roleName }))).toMatchObject([
      { answer: 'roleName', reason: expect.stringMatching(reason) },
    ]);
    expect(answerProblems(answersWith({ roleName, deliverer: 'audit-export', writeOnce: true }))).toEqual([]);
  });

  test('a vendor writes without If-None-Match, so its role is never write-once', () => {
    expect(answerProblems(answersWith({ writeOnce: true }))).toMatchObject([{ answer: 'writeOnce' }]);
  });
});

describe('what is understood', () => {
  test.each<[AnswerName, string, object]>([
    ['accountId', '4444-5555-6666', { accountId: '444455556666' }],
    ['accountId', 'arn:aws:iam::444455556666:root', { accountId: '444455556666' }],
    ['bucket', 's3://acme-audit/altr/', { bucket: 'acme-audit', prefix: 'altr' }],
    ['bucket', 's3://acme-audit', { bucket: 'acme-audit' }],
    ['bucket', 'arn:aws:s3:::acme-audit/a/b/*', { bucket: 'acme-audit', prefix: 'a/b' }],
    ['bucket', 'acme-audit', { bucket: 'acme-audit' }],
    ['roleName', 'arn:aws:iam::111122223333:role/audit/Acme', { roleName: 'Acme' }],
    ['policyName', 'arn:aws:iam::111122223333:policy/acme.s3', { policyName: 'acme.s3' }],
    ['region', ' us-east-1 ', { region: 'us-east-1' }],
  ])('%s %j', (name, text, meant) => {
    expect(understood(name, text)).toEqual(meant);
  });
});

describe('the partition', () => {
  test.each([
    ['us-east-1', 'aws'],
    ['eu-central-1', 'aws'],
    ['us-gov-east-1', 'aws-us-gov'],
    ['cn-north-1', 'aws-cn'],
    ['us-iso-east-1', 'aws-iso'],
    ['us-isob-east-1', 'aws-iso-b'],
    ['eusc-de-east-1', 'aws-eusc'],
    ['default', 'aws'],
  ])('of %s is %s', (region, partition) => {
    expect(partitionOf(region)).toBe(partition);
  });
});
