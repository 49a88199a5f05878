import type { FindingTable } from './finding-row.ts';
import type { Names } from '../tested/tested-access.ts';

const narrow = ({ roleArn, roleAccount, profileFlag, store }: Names): string =>
  roleArn === 'no role'
    ? `give these credentials s3:PutObject below ${store} and nothing else, or deliver through a role: audit-export init${profileFlag}`
    : `with credentials of account ${roleAccount}: audit-export iam apply${profileFlag} --remove-extras (audit-export iam plan shows what is too wide, in the bucket policy as well)`;

/** Findings of what must be denied. */
export const denialFindings = {
  'denied-as-it-should': {
    probe: 'any',
    status: 'pass',
    says: () => 'denied, as it should be',
  },
  'get-allowed': {
    probe: 'get-denied',
    status: 'fail',
    says: ({ actor, store }) =>
      `${actor} can read what is in ${store}: whoever delivers the logs could read them back`,
    cure: narrow,
    waitsFor: 'objects can still be read',
  },
  'get-unclear': {
    probe: 'get-denied',
    status: 'skipped',
    says: () =>
      'the probe is not known to be there, and a refusal shows nothing of an object that is not there',
  },
  'list-allowed': {
    probe: 'list-denied',
    status: 'fail',
    says: ({ actor, bucket }) => `${actor} can list the bucket ${bucket}`,
    cure: narrow,
    waitsFor: 'the bucket can still be listed',
  },
  'outside-allowed': {
    probe: 'outside-denied',
    status: 'fail',
    says: ({ actor, store }, detail) =>
      `${actor} can write outside ${store}: ${detail} was allowed (nothing was stored)`,
    cure: narrow,
    such: 's3://acme-audit/_audit-export/access-test/probe',
  },
  'outside-stored': {
    probe: 'outside-denied',
    status: 'fail',
    says: ({ actor, store }, detail) => `${actor} can write outside ${store}: ${detail} lies there now`,
    cure: (names, detail) => `${narrow(names)}; and delete what the test has left: aws s3 rm ${detail}`,
    such: 's3://acme-audit/_audit-export/access-test/probe',
  },
  'no-outside': {
    probe: 'outside-denied',
    status: 'skipped',
    says: ({ bucket }) => `the prefix is all of ${bucket}: there is nothing outside it`,
  },
  'kms-in-the-way': {
    probe: 'any',
    status: 'skipped',
    says: () => 'KMS refused before S3 had answered, which shows nothing',
  },
  'no-other-bucket': {
    probe: 'elsewhere-denied',
    status: 'skipped',
    says: () => 'no other bucket of yours is named (--other-bucket NAME); the policies are looked at instead',
  },
  'other-bucket-unclear': {
    probe: 'elsewhere-denied',
    status: 'skipped',
    says: (_, detail) => `shows nothing: ${detail}`,
    such: 's3:PutObject on s3://acme-other/… failed: there is no such bucket (NoSuchBucket)',
  },
  'elsewhere-allowed': {
    probe: 'elsewhere-denied',
    status: 'fail',
    says: ({ actor }, detail) =>
      `${actor} can write to another bucket: ${detail} was allowed (nothing was stored)`,
    cure: narrow,
    such: 's3://acme-other/_audit-export/access-test/probe',
  },
  'elsewhere-stored': {
    probe: 'elsewhere-denied',
    status: 'fail',
    says: ({ actor }, detail) => `${actor} can write to another bucket: ${detail} lies there now`,
    cure: (names, detail) => `${narrow(names)}; and delete what the test has left: aws s3 rm ${detail}`,
    such: 's3://acme-other/_audit-export/access-test/probe',
  },
  'delete-allowed': {
    probe: 'delete-denied',
    status: 'fail',
    says: ({ actor, probeUrl }) =>
      `${actor} can delete: ${probeUrl} is gone, and any log that was delivered could go the same way`,
    cure: narrow,
  },
  'delete-marked': {
    probe: 'delete-denied',
    status: 'fail',
    says: ({ actor, probeUrl }) =>
      `${actor} can delete: ${probeUrl} now has a delete marker (its version is kept), and any log could get one`,
    cure: narrow,
  },
} as const satisfies FindingTable;
