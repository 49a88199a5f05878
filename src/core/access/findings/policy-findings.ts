import type { FindingTable } from './finding-row.ts';
import type { Names } from '../tested/tested-access.ts';

const apply = ({ profileFlag }: Names): string =>
  `audit-export iam apply${profileFlag} (audit-export iam plan shows it statement by statement)`;

const seeBucketPolicy = ({ bucket }: Names): string =>
  `look at the bucket policy: aws s3api get-bucket-policy --bucket ${bucket} --query Policy --output text`;

const putPolicy = ({ bucket }: Names): string =>
  `aws s3api put-bucket-policy --bucket ${bucket} --policy … (the policy as it should be is printed)`;

/** Findings of the static look at policies and settings. */
export const policyFindings = {
  'trust-as-planned': {
    probe: 'trust-policy',
    status: 'pass',
    says: ({ trustedAccount }) =>
      `account ${trustedAccount} is let in with the external id, and refused without`,
  },
  'trust-narrower': {
    probe: 'trust-policy',
    status: 'warn',
    says: (_, detail) => detail,
    cure: ({ trustedAccount }) => `make sure that this is whom account ${trustedAccount} uses`,
    such: 'narrowed-trust: it trusts arn:aws:iam::444455556666:user/exporter instead of its whole account',
  },
  'trust-wrong': {
    probe: 'trust-policy',
    status: 'fail',
    says: (_, detail) => detail,
    cure: apply,
    such: 'foreign-principal: it trusts arn:aws:iam::333333333333:root, which is not account 444455556666',
  },
  'trust-read-alone': {
    probe: 'trust-policy',
    status: 'skipped',
    says: () =>
      'the profile does not say which account should be trusted, so there is nothing to compare with',
    cure: ({ profileFlag }) => `audit-export init${profileFlag} --reconfigure --account-id ACCOUNT`,
  },
  'policies-elsewhere': {
    probe: 'any',
    status: 'skipped',
    says: ({ roleAccount }) => `not visible from here: see it with credentials of account ${roleAccount}`,
  },
  hidden: {
    probe: 'any',
    status: 'skipped',
    says: (_, detail) => `not visible from here: ${detail}`,
    such: 'these credentials may not do iam:ListAttachedRolePolicies',
  },
  'policy-as-planned': {
    probe: 'permission-policy',
    status: 'pass',
    says: ({ store }) => `to create objects below ${store}, and no more`,
  },
  'policy-wider': {
    probe: 'permission-policy',
    status: 'fail',
    says: (_, detail) => detail,
    cure: ({ profileFlag }) =>
      `audit-export iam apply${profileFlag} --remove-extras (audit-export iam plan shows it statement by statement)`,
    such: 'widened-action: it allows s3:*',
  },
  'policy-replaces': {
    probe: 'permission-policy',
    status: 'fail',
    says: (_, detail) => detail,
    cure: ({ profileFlag }) => `audit-export iam apply${profileFlag}`,
    such: 'overwrite-allowed: it lets the role replace what was delivered',
  },
  'policy-narrower': {
    probe: 'permission-policy',
    status: 'fail',
    says: (_, detail) => detail,
    cure: apply,
    such: 'narrowed-policy: it does not allow s3:PutObject on arn:aws:s3:::acme-audit/altr/*',
  },
  'policy-otherwise': {
    probe: 'permission-policy',
    status: 'warn',
    says: (_, detail) => `not as planned: ${detail}`,
    cure: apply,
    such: 'permissions-boundary: the permissions boundary limits the role',
  },
  'no-bucket-policy': {
    probe: 'bucket-policy',
    status: 'pass',
    says: ({ bucket }) => `${bucket} has no policy`,
  },
  'bucket-policy-passes': {
    probe: 'bucket-policy',
    status: 'pass',
    says: () => 'it denies nothing that a delivery needs, and allows nothing that it should not',
  },
  'bucket-policy-denies': {
    probe: 'bucket-policy',
    status: 'fail',
    says: (_, detail) => detail,
    cure: ({ bucket }) =>
      `a setting of the delivery with which it passes, or aws s3api put-bucket-policy --bucket ${bucket} with the role left out of that statement`,
    such: 'the statement DenyAll of the bucket policy denies s3:PutObject',
  },
  'bucket-policy-lacks': {
    probe: 'bucket-policy',
    status: 'fail',
    says: (_, detail) => detail,
    cure: putPolicy,
    such: 'the bucket belongs to another account than the role, and its policy does not allow s3:PutObject',
  },
  'bucket-policy-public': {
    probe: 'bucket-policy',
    status: 'fail',
    says: (_, detail) => detail,
    cure: putPolicy,
    such: 'statement 1 of the bucket policy lets anybody do s3:GetObject',
  },
  'bucket-policy-wide': {
    probe: 'bucket-policy',
    status: 'fail',
    says: (_, detail) => detail,
    cure: putPolicy,
    such: 'statement 1 of the bucket policy lets the role that delivers do s3:GetObject',
  },
  'bucket-policy-others-change': {
    probe: 'bucket-policy',
    status: 'fail',
    says: (_, detail) => detail,
    cure: putPolicy,
    such: 'statement 1 of the bucket policy lets 333333333333 do s3:DeleteObject',
  },
  'bucket-policy-may-deny': {
    probe: 'bucket-policy',
    status: 'warn',
    says: (_, detail) => detail,
    cure: seeBucketPolicy,
    such: 'the statement OnlyFromOurVpc of the bucket policy may deny s3:PutObject, depending on aws:SourceVpc',
  },
  'bucket-policy-public-but-blocked': {
    probe: 'bucket-policy',
    status: 'warn',
    says: (_, detail) => detail,
    cure: putPolicy,
    such: 'statement 1 of the bucket policy lets anybody do s3:GetObject; only Block Public Access stands before it',
  },
  'bucket-policy-others-read': {
    probe: 'bucket-policy',
    status: 'warn',
    says: (_, detail) => detail,
    cure: putPolicy,
    such: 'statement 1 of the bucket policy lets 333333333333 do s3:GetObject',
  },
  'tls-only': {
    probe: 'tls-only',
    status: 'pass',
    says: () => 'the bucket policy denies what comes without TLS',
  },
  'plain-http-allowed': {
    probe: 'tls-only',
    status: 'warn',
    says: () => 'the bucket policy lets requests without TLS pass (this tool sends none to AWS)',
    cure: putPolicy,
  },
  'plain-http-used': {
    probe: 'tls-only',
    status: 'warn',
    says: (_, detail) =>
      `the bucket policy lets requests without TLS pass, and from here they come so: ${detail}`,
    cure: ({ profileFlag }) => `audit-export init${profileFlag} --reconfigure --endpoint-url https://…`,
    such: 'http://127.0.0.1:9000',
  },
  'nothing-expires-soon': {
    probe: 'lifecycle',
    status: 'pass',
    says: () => 'no rule removes what was delivered within three months',
  },
  'expires-soon': {
    probe: 'lifecycle',
    status: 'warn',
    says: (_, detail) => detail,
    cure: ({ bucket }) => `aws s3api delete-bucket-lifecycle --bucket ${bucket}`,
    such: 'the rule tidy-up removes what was delivered after 7 days',
  },
  'public-access-blocked': {
    probe: 'public-access',
    status: 'pass',
    says: () => 'all four settings are on',
  },
  'acl-wide': {
    probe: 'public-access',
    status: 'fail',
    says: ({ bucket }, detail) => `the ACL of ${bucket} gives ${detail}`,
    cure: ({ bucket }) => `aws s3api put-bucket-acl --bucket ${bucket} --acl private`,
    such: 'READ to anybody',
  },
  'acl-shared': {
    probe: 'public-access',
    status: 'warn',
    says: ({ bucket }, detail) => `the ACL of ${bucket} gives ${detail}`,
    cure: ({ bucket }) => `aws s3api put-bucket-acl --bucket ${bucket} --acl private`,
    such: 'READ to 79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be',
  },
  'public-access-open': {
    probe: 'public-access',
    status: 'warn',
    says: ({ bucket }) => `not all four settings are on for ${bucket} (the account may have them on)`,
    cure: ({ bucket }) =>
      `aws s3api put-public-access-block --bucket ${bucket} --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true`,
  },
} as const satisfies FindingTable;
