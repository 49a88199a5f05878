import type { FindingTable } from './finding-row.ts';

/** Findings of the bucket itself. */
export const bucketFindings = {
  'bucket-there': {
    probe: 'bucket',
    status: 'pass',
    says: ({ bucket }) => `${bucket} is there`,
  },
  'bucket-closed': {
    probe: 'bucket',
    status: 'pass',
    says: ({ bucket }) => `${bucket} is there, and these credentials may not look inside`,
  },
  'bucket-missing': {
    probe: 'any',
    status: 'fail',
    says: ({ bucket }) => `there is no bucket ${bucket}`,
    cure: ({ profileFlag }) =>
      `audit-export init${profileFlag} --reconfigure --create-bucket --yes (or --bucket NAME)`,
  },
  'bucket-hidden': {
    probe: 'bucket',
    status: 'skipped',
    says: () => 'whether it exists is not said to these credentials',
  },
  'region-right': {
    probe: 'bucket-region',
    status: 'pass',
    says: ({ region }) => `it is in ${region}`,
  },
  'region-wrong': {
    probe: 'any',
    status: 'fail',
    says: ({ region }, detail) => `the bucket is in ${detail}, not in ${region} as the profile says`,
    cure: ({ profileFlag }, detail) =>
      `audit-export init${profileFlag} --reconfigure --region ${detail} --yes`,
    such: 'eu-central-1',
  },
  'region-unknown': {
    probe: 'bucket-region',
    status: 'skipped',
    says: () => 'the server does not say in which region the bucket is',
  },
  'owner-right': {
    probe: 'bucket-owner',
    status: 'pass',
    says: ({ owner }) => `it belongs to account ${owner}`,
  },
  'owner-not-named': {
    probe: 'bucket-owner',
    status: 'warn',
    says: ({ owner, bucket }) =>
      `it belongs to account ${owner}, but the profile does not say so: were ${bucket} deleted, somebody else could take its name and get the logs`,
    cure: ({ profileFlag, owner }) =>
      `with credentials of account ${owner}: audit-export init${profileFlag} --reconfigure --yes`,
  },
  'owner-wrong': {
    probe: 'bucket-owner',
    status: 'fail',
    says: ({ bucket, owner }) =>
      `${bucket} does not belong to account ${owner}: the logs would go to somebody else (S3 says no more than 403)`,
    cure: ({ profileFlag }) =>
      `audit-export init${profileFlag} --reconfigure --bucket NAME; or, if another account's bucket is meant, its id as "bucketOwner" in the profile`,
  },
  'owner-unknown': {
    probe: 'bucket-owner',
    status: 'skipped',
    says: ({ owner }) =>
      `whether it belongs to account ${owner} can't be told from here: asking is refused either way`,
  },
  'owner-not-checked': {
    probe: 'bucket-owner',
    status: 'warn',
    says: () =>
      'the server ignores x-amz-expected-bucket-owner: a bucket of somebody else would be written to without a word',
    cure: () => 'make sure by other means that the bucket is yours (Amazon S3 checks it)',
  },
  'no-object-lock': {
    probe: 'object-lock',
    status: 'pass',
    says: () => 'no default retention',
  },
  'object-lock': {
    probe: 'object-lock',
    status: 'warn',
    says: ({ probeUrl }, detail) =>
      `every object is locked, ${detail}: ${probeUrl} can't be deleted before that`,
    such: 'GOVERNANCE for 1 day',
  },
  'object-lock-left-alone': {
    probe: 'object-lock',
    status: 'skipped',
    blocks: true,
    says: (_, detail) => `every object would be locked, ${detail}, and it was not agreed to write one`,
    cure: ({ profileFlag }) => `audit-export test-access${profileFlag} --yes writes it all the same`,
    such: 'COMPLIANCE for 7 years',
  },
  'object-lock-unseen': {
    probe: 'object-lock',
    status: 'skipped',
    says: (_, detail) => `can't be seen from here: ${detail}`,
    such: 'AccessDenied',
  },
} as const satisfies FindingTable;
