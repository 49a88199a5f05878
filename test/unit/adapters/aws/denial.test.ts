import { describe, expect, test } from 'vitest';
import { fromAwsError } from '../../../../src/adapters/aws/errors/aws-errors.ts';
import { readDenial } from '../../../../src/adapters/aws/errors/denial.ts';

const role = 'arn:aws:sts::111122223333:assumed-role/deliver/audit-export';
const sentence = (reason: string, action = 's3:PutObject', resource = '"arn:aws:s3:::acme/altr/x"'): string =>
  `User: ${role} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;

const put = { action: 's3:PutObject', target: 's3://acme/altr/x' };
const denied = (message: string): object =>
  Object.assign(new Error(message), {
    name: 'AccessDenied',
    $metadata: { httpStatusCode: 403, requestId: 'R' },
  });

describe('what S3 says of a denial is told: the identity, the action, the policy, and the cure for that policy', () => {
  test.each([
    [
      'with an explicit deny in a resource-based policy',
      /explicit deny in a resource-based policy/,
      /get-bucket-policy --bucket acme .*--sse AES256/,
    ],
    [
      'with an explicit deny in an identity-based policy',
      /identity-based/,
      /Deny of s3:PutObject in the policies of arn:aws:sts/,
    ],
    [
      'with an explicit deny in a service control policy',
      /service control policy/,
      /AWS organization: one of its service control policies/,
    ],
    [
      'with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o-1/service_control_policy/p-1',
      /p-1/,
      /AWS organization/,
    ],
    [
      'with an explicit deny in a resource control policy',
      /resource control policy/,
      /resource control policies .*--sse AES256/,
    ],
    [
      'with an explicit deny in a permissions boundary',
      /permissions boundary/,
      /permissions boundary of arn:aws:sts/,
    ],
    [
      'because no permissions boundary allows the s3:PutObject action',
      /no permissions boundary allows/,
      /permissions boundary of/,
    ],
    [
      'because no session policy allows the s3:PutObject action',
      /no session policy allows/,
      /session policy that the role was assumed with/,
    ],
    ['with an explicit deny in a session policy', /session policy/, /session policy/],
    [
      'because no VPC endpoint policy allows the s3:PutObject action',
      /no VPC endpoint policy/,
      /policy of the VPC endpoint/,
    ],
    [
      'because no identity-based policy allows the s3:PutObject action',
      /no identity-based policy allows/,
      /Allow s3:PutObject on arn:aws:s3:::acme\/altr\/x in the policies of arn:aws:sts/,
    ],
    [
      'because no resource-based policy allows the s3:PutObject action',
      /no resource-based policy allows/,
      /in the policy of arn:aws:s3:::acme\/altr\/x/,
    ],
  ])('%s', (reason, why, cure) => {
    const error = fromAwsError(denied(sentence(reason)), put);
    expect(error).toMatchObject({
      code: 'access-denied',
      details: { identity: role, deniedAction: 's3:PutObject', deniedBy: expect.stringMatching(why) },
    });
    expect(error.message).toMatch(why);
    expect(error.message).toContain(role);
    expect(error.cure).toMatch(cure);
  });
});

test('a denial of another action than the one that was asked for names that action', () => {
  const tagging = sentence(
    'because no identity-based policy allows the s3:PutObjectTagging action',
    's3:PutObjectTagging',
  );
  expect(fromAwsError(denied(tagging), put).cure).toContain('Allow s3:PutObjectTagging');
  const kms = sentence(
    'because no resource-based policy allows the kms:GenerateDataKey action',
    'kms:GenerateDataKey',
    'arn:aws:kms:eu-central-1:1:key/k',
  );
  expect(fromAwsError(denied(kms), put)).toMatchObject({
    code: 'kms-denied',
    cure: `Allow kms:GenerateDataKey to ${role} in the policy of arn:aws:kms:eu-central-1:1:key/k.`,
  });
});

test.each([
  ['altr', 'arn:aws:s3:::acme/altr/_audit-export/log/0/tile/entries/000', 'arn:aws:s3:::acme/altr/*'],
  ['', 'arn:aws-us-gov:s3:::acme/audit_type=alert/x', 'arn:aws-us-gov:s3:::acme/*'],
  ['altr', 'arn:aws:kms:eu-central-1:1:key/k', 'arn:aws:kms:eu-central-1:1:key/k'],
])('what has to be allowed is allowed below the whole prefix: %j, %s', (prefix, resource, all) => {
  const message = sentence('because no identity-based policy allows it', 's3:PutObject', resource);
  expect(fromAwsError(denied(message), { ...put, prefix }).cure).toBe(
    `Allow s3:PutObject on ${all} in the policies of ${role}.`,
  );
});

test.each(['Access Denied', '', 'Access Denied.', 'User: x', 'Forbidden by policy'])(
  '%j tells nothing of it',
  (message) => {
    expect(readDenial(message)).toBeUndefined();
    expect(fromAwsError(denied(message), put)).toMatchObject({
      code: 'access-denied',
      cure: expect.stringMatching(/--sse AES256/),
    });
  },
);
