import { prepared, type Preparation, type Scenario } from './scenario.ts';

const bucketArn = `arn:aws:s3:::${prepared.bucket}`;
const whole: Preparation = { bucket: {}, role: {} };
const putStatement = {
  Effect: 'Allow',
  Action: 's3:PutObject',
  Resource: `${bucketArn}/${prepared.prefix}*`,
};
const keyStatement = { Effect: 'Allow', Action: 'kms:GenerateDataKey', Resource: '*' };

/** The situations that have a name; docs/rehearse.md tells what comes of each. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  empty: { summary: 'Two accounts and nothing in them: where `init` begins.' },
  healthy: { summary: 'Bucket and role are as they should be.', prepared: whole },
  'no-external-id': {
    summary: 'The role can be assumed without the external id.',
    prepared: { bucket: {}, role: { demandsExternalId: false } },
  },
  'too-wide': {
    summary: 'The role may do everything in S3, in every bucket.',
    prepared: { bucket: {}, role: { statements: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] } },
  },
  'wrong-principal': {
    summary: 'The role trusts another account than the vendor’s.',
    prepared: { bucket: {}, role: { principal: { AWS: 'arn:aws:iam::333333333333:root' } } },
  },
  'half-made-role': {
    summary: 'The role was left half made: it trusts the S3 service, as the console’s first step makes it.',
    prepared: { bucket: {}, role: { principal: { Service: 's3.amazonaws.com' }, demandsExternalId: false } },
  },
  'no-permission': {
    summary: 'The role has no policy.',
    prepared: { bucket: {}, role: { statements: [] } },
  },
  'bucket-denies': {
    summary: 'The bucket policy denies writing to everybody.',
    prepared: {
      ...whole,
      bucket: {
        policy: {
          Version: '2012-10-17',
          Statement: { Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: `${bucketArn}/*` },
        },
      },
    },
  },
  'no-bucket': { summary: 'The role is there, the bucket is not.', prepared: { role: {} } },
  'wrong-owner': {
    summary: 'The bucket belongs to another account, which lets the role write.',
    prepared: {
      ...whole,
      bucket: {
        owner: 'vendor',
        policy: {
          Version: '2012-10-17',
          Statement: {
            Effect: 'Allow',
            Principal: { AWS: '111122223333' },
            Action: 's3:PutObject',
            Resource: `${bucketArn}/*`,
          },
        },
      },
    },
  },
  'wrong-region': {
    summary: 'The bucket is in eu-central-1, the profiles say us-east-1.',
    prepared: { ...whole, bucket: { region: 'eu-central-1' } },
  },
  kms: {
    summary: 'The bucket encrypts with a KMS key, which the role may use.',
    prepared: { bucket: { kmsKey: 'audit-export' }, role: { statements: [putStatement, keyStatement] } },
  },
  'kms-denied': {
    summary: 'The bucket encrypts with a KMS key, which the role may not use.',
    prepared: { ...whole, bucket: { kmsKey: 'audit-export' } },
  },
  'kms-disabled': {
    summary: 'The KMS key of the bucket is disabled.',
    prepared: { bucket: { kmsKey: 'disabled' }, role: { statements: [putStatement, keyStatement] } },
  },
  'object-lock': {
    summary: 'The bucket locks every object for a day, and takes none without a checksum.',
    prepared: { ...whole, bucket: { objectLockDays: 1 } },
  },
  'slow-propagation': {
    summary: 'Changes of roles and policies count only after ten seconds.',
    prepared: whole,
    faults: [{ kind: 'slow-propagation', ms: 10_000 }],
  },
  throttled: {
    summary: 'S3 takes five writes a second, IAM two calls.',
    prepared: whole,
    faults: [
      { kind: 'throttle', match: { service: 's3', operation: 'Put*' }, perSecond: 5 },
      { kind: 'throttle', match: { service: 'iam' }, perSecond: 2 },
    ],
  },
  flaky: {
    summary: 'One request in ten meets 503, one in twenty a cut connection.',
    prepared: whole,
    faults: [
      { kind: 'error', match: { service: 's3' }, rate: 0.1, status: 503 },
      { kind: 'reset-in-body', match: { service: 's3', operation: 'PutObject' }, rate: 0.05, bytes: 1 },
    ],
  },
  'lost-answers': {
    summary: 'One write in four is stored, but its answer is lost: 500, or a cut connection.',
    prepared: whole,
    faults: [
      { kind: 'error-after', match: { service: 's3', operation: 'PutObject' }, rate: 0.15, status: 500 },
      { kind: 'reset-after', match: { service: 's3', operation: 'PutObject' }, rate: 0.1 },
    ],
  },
  slow: {
    summary: 'Every answer of S3 takes two seconds.',
    prepared: whole,
    faults: [{ kind: 'slow', match: { service: 's3' }, ms: 2000 }],
  },
  silent: {
    summary: 'The first two writes are never answered.',
    prepared: whole,
    faults: [{ kind: 'no-answer', match: { service: 's3', operation: 'PutObject' }, count: 2 }],
  },
  outage: {
    summary: 'S3 is gone for twenty seconds from the start.',
    prepared: whole,
    faults: [
      { kind: 'error', match: { service: 's3' }, status: 503, code: 'ServiceUnavailable', forMs: 20_000 },
    ],
  },
  'expired-session': {
    summary: 'Sessions of the role end after five seconds, whatever was asked for.',
    prepared: whole,
    sessionSeconds: 5,
  },
  'skewed-clock': {
    summary: 'The clocks of AWS are twenty minutes ahead of this machine’s.',
    prepared: whole,
    faults: [{ kind: 'clock-skew', ms: 20 * 60_000 }],
  },
};
