import { describe, expect, test } from 'vitest';
import { resolveAnswers } from '../../../../src/commands/iam/resolve-answers.ts';
import type { AnswerSources } from '../../../../src/commands/iam/resolve-answers.ts';
import { demandAnswerable, confirmChanges } from '../../../../src/commands/iam/confirm.ts';
import { buildAccessRequest } from '../../../../src/core/setup/answers/access-request.ts';
import { answersWith, customer, vendor } from '../../core/setup/answers.ts';

const none = {
  deliverer: undefined,
  writeOnce: undefined,
  accountId: undefined,
  organizationId: undefined,
  bucket: undefined,
  prefix: undefined,
  roleName: undefined,
  policyName: undefined,
  kmsKeyArn: undefined,
  inlinePolicy: undefined,
  request: undefined,
};
const asVendor = { deliverer: 'vendor', writeOnce: false } as const;
const given = { ...answersWith(), ...asVendor, kmsKeyArn: undefined, request: undefined };
const profile = {
  to: 's3://acme-audit/altr',
  region: 'eu-central-1',
  types: ['query'],
  role: { arn: `arn:aws:iam::${customer}:role/ALTRPublishSIEMDataAcme`, externalId: 'org-1' },
  setup: { accountId: vendor, policyName: 'acme.s3.policy' },
};
const from = (more: Partial<AnswerSources>) =>
  resolveAnswers({
    options: none,
    profile: undefined,
    request: undefined,
    ambientRegion: undefined,
    ...more,
  });

describe('the answers', () => {
  test('come from flags alone, with us-east-1 where nobody says a region', () => {
    const { region: _region, types: _types, ...options } = given;
    expect(from({ options })).toEqual({ ...answersWith(asVendor), types: [] });
    expect(from({ options, ambientRegion: 'eu-west-1' }).region).toBe('eu-west-1');
  });

  test('come from the profile, and flags win', () => {
    expect(from({ profile })).toEqual({
      ...asVendor,
      accountId: vendor,
      organizationId: 'org-1',
      bucket: 'acme-audit',
      prefix: 'altr',
      region: 'eu-central-1',
      types: ['query'],
      roleName: 'ALTRPublishSIEMDataAcme',
      policyName: 'acme.s3.policy',
      inlinePolicy: false,
      customerAccountId: customer,
    });
    expect(from({ profile, options: { ...none, policyName: 'other', prefix: '/x/' } })).toMatchObject({
      policyName: 'other',
      prefix: 'x',
    });
  });

  test('another bucket has not the prefix of the old one', () => {
    expect(from({ profile, options: { ...none, bucket: 'other' } }).prefix).toBe('');
  });

  test('that are missing are named all at once', () => {
    expect(() => from({ options: { ...none, bucket: 'acme-audit' } })).toThrow(
      expect.objectContaining({
        code: 'missing-answer',
        exitCode: 2,
        message: expect.stringContaining('--account-id, --organization-id, --role-name, --policy-name'),
      }),
    );
  });

  test('that break a rule are refused by the flag', () => {
    const options = { ...given, accountId: '1', region: undefined };
    expect(() => from({ options })).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: expect.stringContaining('--account-id: it has 1 digits'),
      }),
    );
  });

  test('come from a request alone; flags beside it are refused', () => {
    const request = buildAccessRequest(answersWith({ region: 'eu-west-1' }), 'acme');
    expect(from({ request, profile })).toEqual(answersWith({ region: 'eu-west-1' }));
    expect(() => from({ request, options: { ...none, bucket: 'other', inlinePolicy: true } })).toThrow(
      /--bucket, --inline-policy can't stand beside --request/,
    );
  });
});

describe('a yes', () => {
  const asking = (answer: boolean) => ({
    yes: false,
    canAsk: true,
    prompter: async () => ({ confirm: async () => answer }),
  });
  const mute = {
    yes: false,
    canAsk: false,
    prompter: async () => Promise.reject(new Error('nobody may be asked')),
  };

  test('is needed where nobody can be asked: exit 2, naming the flag', () => {
    expect(() => demandAnswerable(mute, 'iam apply')).toThrow(
      expect.objectContaining({ code: 'missing-answer', exitCode: 2, cure: 'Say --yes.' }),
    );
    expect(() => demandAnswerable({ ...mute, yes: true }, 'iam apply')).not.toThrow();
  });

  test('is asked for in a terminal, and a no ends the run', async () => {
    await expect(confirmChanges(asking(true), '?')).resolves.toBeUndefined();
    await expect(confirmChanges(asking(false), '?')).rejects.toMatchObject({
      code: 'declined',
      exitCode: 130,
    });
    await expect(confirmChanges({ ...mute, yes: true }, '?')).resolves.toBeUndefined();
  });
});
