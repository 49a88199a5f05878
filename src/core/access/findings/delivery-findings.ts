import { keyWord } from '../../setup/drift/bucket-key.ts';
import type { FindingTable } from './finding-row.ts';
import type { Names } from '../tested/tested-access.ts';

const applyThere = ({ profileFlag, roleAccount }: Names): string =>
  `with credentials of account ${roleAccount}: audit-export iam apply${profileFlag}`;

/** A grant lets the role use the key whatever its key policy says: AWS KMS Developer Guide, "Grants in AWS KMS". */
const grantKey = ({ region, roleArn }: Names, detail: string): string =>
  `aws kms create-grant --region ${region} --key-id ${keyWord(keyIn(detail), region)} --grantee-principal ${roleArn} --operations GenerateDataKey`;

const planKey = ({ profileFlag, region }: Names, detail: string): string =>
  `audit-export init${profileFlag} --reconfigure --kms-key-arn ${keyWord(keyIn(detail), region)} --yes`;

/** `kms:GenerateDataKey on ARN`, as AWS says it. */
function keyIn(detail: string): string {
  return detail.split(' on ')[1] ?? 'ARN';
}

/** Findings of delivering and of encryption. */
export const deliveryFindings = {
  'put-stored': {
    probe: 'put-object',
    status: 'pass',
    says: ({ probeUrl }) => `${probeUrl} was written`,
  },
  'put-there-already': {
    probe: 'put-object',
    status: 'pass',
    says: ({ probeUrl }) => `${probeUrl} is there from before (412), so it may be written`,
  },
  'put-denied-by-role': {
    probe: 'put-object',
    status: 'fail',
    says: ({ actor }, detail) => `no policy of ${actor} allows ${detail}`,
    cure: applyThere,
    such: 's3:PutObject below s3://acme-audit/altr/',
    waitsFor: 'nothing can be written yet',
    soon: 'put-not-yet',
  },
  'put-denied-by-bucket': {
    probe: 'put-object',
    status: 'fail',
    says: ({ store }) => `the bucket policy denies s3:PutObject below ${store}`,
    cure: ({ owner, profileFlag }) =>
      `with credentials of account ${owner}: audit-export test-access${profileFlag} names the statement, and the setting or command that cures it; where the policy refuses that, too: from where it lets requests in (its VPC endpoint, its addresses), or as the root user of the account, who may always delete it`,
  },
  'put-denied-by-boundary': {
    probe: 'put-object',
    status: 'fail',
    says: ({ actor }) => `the permissions boundary of ${actor} does not allow s3:PutObject`,
    cure: ({ roleName }) => `aws iam delete-role-permissions-boundary --role-name ${roleName}`,
  },
  'put-denied-by-session': {
    probe: 'put-object',
    status: 'fail',
    says: ({ actor }, detail) => `the session policy that ${actor} came with does not allow ${detail}`,
    cure: ({ store }) =>
      `take credentials that were made without a session policy, or let it allow s3:PutObject below ${store}`,
    such: 's3:PutObject below s3://acme-audit/altr/',
  },
  'put-denied-by-organization': {
    probe: 'put-object',
    status: 'fail',
    says: (_, detail) => `a ${detail} of the organization stands in the way`,
    cure: () => 'ask who administers the AWS organization to let s3:PutObject pass for this role and bucket',
    such: 'service control policy',
  },
  'put-denied-by-endpoint': {
    probe: 'put-object',
    status: 'fail',
    says: () => 'the policy of the VPC endpoint stands in the way',
    cure: ({ bucket }) => `let s3:PutObject on ${bucket} pass in the policy of the VPC endpoint for S3`,
  },
  'put-denied': {
    probe: 'put-object',
    status: 'fail',
    says: ({ actor, store }) =>
      `${actor} may not write below ${store}. AWS gives no reason across accounts: a policy of the role, the bucket policy, the organization, or that the bucket is Requester Pays`,
    cure: ({ profileFlag, roleAccount }) =>
      `with credentials of account ${roleAccount}: audit-export test-access${profileFlag} names the policy, and what cures it`,
    waitsFor: 'nothing can be written yet',
    soon: 'put-not-yet',
  },
  'put-denied-for-some': {
    probe: 'put-object',
    status: 'fail',
    says: (_, detail) => `not every audit type can be delivered: ${detail}`,
    cure: applyThere,
    such: 'query, alert: no policy of the role ALTRPublishSIEMDataAcme allows s3:PutObject',
    waitsFor: 'not everything can be written yet',
    soon: 'put-not-yet',
  },
  'put-not-yet': {
    probe: 'put-object',
    status: 'not-yet-visible',
    says: ({ store }) => `nothing can be written below ${store} yet; the role was changed a moment ago`,
    cure: ({ profileFlag }) => `audit-export test-access${profileFlag} --wait 90s`,
  },
  'put-refused-by-kms': {
    probe: 'put-object',
    status: 'fail',
    says: () => 'S3 allows it, KMS does not: see kms',
    cure: () => 'let the key be used: the cure of kms says how',
    waitsFor: 'nothing can be written yet',
  },
  'put-not-supported': {
    probe: 'put-object',
    status: 'fail',
    says: (_, detail) =>
      `the server can't do what a delivery needs, a PutObject with If-None-Match: ${detail}`,
    cure: () => 'use a server with conditional writes (Amazon S3 has them since August 2024), or update it',
    such: 'A header you provided implies functionality that is not implemented',
  },
  'put-with-acl': {
    probe: 'put-object',
    status: 'fail',
    says: () => 'the bucket takes no ACLs, and one arrived there that this tool does not send',
    cure: () => 'look at the proxy or gateway in between: it adds an ACL to what is written',
  },
  'condition-kept': {
    probe: 'conditional-write',
    status: 'pass',
    says: () => 'the second time S3 said 412',
  },
  'condition-ignored': {
    probe: 'conditional-write',
    status: 'fail',
    says: () =>
      'the server took the same object a second time: it ignores If-None-Match, so objects can be overwritten, and a repeated run is not free',
    cure: () => 'use a server with conditional writes (Amazon S3 has them since August 2024), or update it',
  },
  'overwrite-allowed': {
    probe: 'overwrite-denied',
    status: 'fail',
    says: ({ actor }) => `${actor} can replace what was delivered: a write without If-None-Match is allowed`,
    cure: applyThere,
    waitsFor: 'objects can still be replaced',
  },
  'overwrite-possible': {
    probe: 'overwrite-denied',
    status: 'warn',
    says: ({ actor }) => `${actor} can replace what was delivered; it need not`,
    cure: ({ profileFlag }) => `audit-export init${profileFlag} --reconfigure --write-once --yes`,
  },
  'overwrite-not-planned': {
    probe: 'overwrite-denied',
    status: 'skipped',
    says: () => "not asked for: a vendor's service writes without If-None-Match",
  },
  'kms-works': {
    probe: 'kms',
    status: 'pass',
    says: (_, detail) => `encrypted with ${detail}`,
    such: 'arn:aws:kms:us-east-1:111122223333:key/1234',
  },
  'kms-not-used': {
    probe: 'kms',
    status: 'pass',
    says: () => 'the bucket encrypts without a KMS key, so none is needed',
  },
  'kms-denied-to-role': {
    probe: 'kms',
    status: 'fail',
    says: ({ actor }, detail) => `no policy of ${actor} allows ${detail}`,
    cure: planKey,
    such: 'kms:GenerateDataKey on arn:aws:kms:us-east-1:111122223333:key/1234',
  },
  'kms-denied-by-key': {
    probe: 'kms',
    status: 'fail',
    says: ({ actor }, detail) => `the key policy does not let ${actor} use ${detail}`,
    cure: grantKey,
    such: 'kms:GenerateDataKey on arn:aws:kms:us-east-1:111122223333:key/1234',
  },
  'kms-denied-outside': {
    probe: 'kms',
    status: 'fail',
    says: (_, detail) => detail,
    cure: ({ actor }) => `ask who administers that policy to let ${actor} use the key`,
    such: 'a service control policy denies kms:GenerateDataKey on arn:aws:kms:us-east-1:111122223333:key/1234',
  },
  'kms-denied': {
    probe: 'kms',
    status: 'fail',
    says: (_, detail) => `KMS refused ${detail}, and did not say which policy lacks it`,
    cure: (names, detail) =>
      `${grantKey(names, detail)}, and for the policy of the role: ${planKey(names, detail)}`,
    such: 'kms:GenerateDataKey',
  },
  'kms-disabled': {
    probe: 'kms',
    status: 'fail',
    says: (_, detail) => `the KMS key ${detail} is disabled, or is about to be deleted`,
    cure: ({ region }, detail) =>
      `aws kms enable-key --region ${region} --key-id ${keyWord(detail, region)} (aws kms cancel-key-deletion --region ${region} --key-id ${keyWord(detail, region)} before, if it is to be deleted)`,
    such: 'arn:aws:kms:us-east-1:111122223333:key/1234',
  },
  'kms-missing': {
    probe: 'kms',
    status: 'fail',
    says: ({ region }, detail) => `there is no KMS key ${detail} in ${region}`,
    such: 'arn:aws:kms:us-east-1:111122223333:key/1234',
    cure: ({ bucket }) =>
      `name a key that exists: aws s3api put-bucket-encryption --bucket ${bucket} …, or kmsKeyId of the profile`,
  },
  'kms-not-planned': {
    probe: 'kms',
    status: 'fail',
    says: (_, detail) => `the bucket encrypts with ${detail}, and the plan does not let the role use it`,
    cure: ({ profileFlag, region }, detail) =>
      `audit-export init${profileFlag} --reconfigure --kms-key-arn ${keyWord(detail, region)} --yes`,
    such: 'arn:aws:kms:us-east-1:111122223333:key/1234',
  },
  'kms-untried': {
    probe: 'kms',
    status: 'skipped',
    says: (_, detail) => `only a delivery shows it: ${detail}`,
    such: 'the bucket encrypts with arn:aws:kms:us-east-1:111122223333:key/1234',
  },
} as const satisfies FindingTable;
