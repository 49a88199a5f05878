import type { FindingTable } from './finding-row.ts';
import type { Names } from '../tested/tested-access.ts';

const atRoleAccount = ({ roleAccount, profileFlag }: Names): string =>
  `with credentials of account ${roleAccount}: audit-export iam plan${profileFlag} names the cause`;

/** Findings of the role and of assuming it. */
export const roleFindings = {
  'role-visible': {
    probe: 'role',
    status: 'pass',
    says: ({ roleArn }) => `IAM shows ${roleArn}`,
  },
  'role-missing': {
    probe: 'role',
    status: 'fail',
    says: ({ roleName, roleAccount }) => `there is no role ${roleName} in account ${roleAccount}`,
    cure: ({ profileFlag }) =>
      `audit-export iam apply${profileFlag} makes it (a role that was made a moment ago: add --wait 90s here)`,
    waitsFor: 'the role is not visible yet',
    soon: 'role-not-yet-visible',
  },
  'role-not-yet-visible': {
    probe: 'role',
    status: 'not-yet-visible',
    says: ({ roleName }) => `IAM does not show ${roleName} yet, which was made a moment ago`,
    cure: ({ profileFlag }) => `audit-export test-access${profileFlag} --wait 90s`,
  },
  'role-elsewhere': {
    probe: 'role',
    status: 'skipped',
    says: ({ roleAccount, callerAccount }) =>
      `not visible from here: it is in account ${roleAccount}, these credentials are of account ${callerAccount}`,
  },
  'role-hidden': {
    probe: 'role',
    status: 'skipped',
    says: () => 'not visible from here: these credentials may not ask IAM (iam:GetRole)',
  },
  'role-arn-differs': {
    probe: 'role',
    status: 'fail',
    says: ({ roleArn }, detail) => `the profile says ${roleArn}, IAM says ${detail}`,
    cure: ({ profileFlag }) => `audit-export init${profileFlag} --reconfigure --yes`,
    such: 'arn:aws:iam::111122223333:role/audit/ALTRPublishSIEMDataAcme',
  },
  'role-below-path': {
    probe: 'role',
    status: 'fail',
    says: ({ roleArn }, detail) =>
      `the role is ${detail}, below a path, and not ${roleArn}: a vendor's service reaches only roles without one`,
    cure: ({ profileFlag, roleName }) =>
      `audit-export init${profileFlag} --reconfigure --role-name ${roleName.slice(0, 60)}-top --yes`,
    such: 'arn:aws:iam::111122223333:role/audit/ALTRPublishSIEMDataAcme',
  },
  'role-of-another-account': {
    probe: 'role',
    status: 'warn',
    says: ({ roleAccount, callerAccount }) =>
      `the profile names a role of account ${roleAccount}, and the bucket belongs to account ${callerAccount}, whose policy does not let it in`,
    cure: ({ profileFlag, callerAccount }) =>
      `audit-export init${profileFlag} --reconfigure --customer-account-id ${callerAccount} --yes makes a role in this account; or test with credentials of the account of the role`,
  },
  'no-role': {
    probe: 'any',
    status: 'skipped',
    says: () => 'the profile names no role: these credentials deliver by themselves',
  },
  'role-assumed': {
    probe: 'assume-role',
    status: 'pass',
    says: ({ roleName, caller }) => `${caller} can be ${roleName}`,
  },
  'assume-from-elsewhere': {
    probe: 'assume-role',
    status: 'skipped',
    blocks: true,
    says: ({ trustedAccount, callerAccount }) =>
      `only account ${trustedAccount} may assume the role; these credentials are of account ${callerAccount}`,
  },
  'assume-denied': {
    probe: 'assume-role',
    status: 'fail',
    says: ({ caller, roleName }, detail) =>
      `${caller} may not assume ${roleName}. AWS does not say why: there is no such role, it does not trust this caller, or it asks for another external id${detail}`,
    cure: atRoleAccount,
    waitsFor: 'the role can not be assumed yet',
    soon: 'assume-not-yet',
  },
  'assume-denied-by-caller': {
    probe: 'assume-role',
    status: 'fail',
    says: ({ caller }, detail) => `${caller} may not call sts:AssumeRole: ${detail}`,
    cure: ({ caller, roleArn }) => `allow ${caller} sts:AssumeRole on ${roleArn}`,
    such: 'no identity-based policy allows it',
  },
  'assume-denied-outside': {
    probe: 'assume-role',
    status: 'fail',
    says: ({ caller }, detail) => `a ${detail} keeps ${caller} from sts:AssumeRole`,
    cure: ({ caller, roleArn }) =>
      `ask who administers that policy to let ${caller} do sts:AssumeRole on ${roleArn}`,
    such: 'service control policy',
  },
  'assume-denied-by-trust': {
    probe: 'assume-role',
    status: 'fail',
    says: ({ caller, roleName }, detail) =>
      `the trust policy of ${roleName} does not let ${caller} in: ${detail}`,
    cure: ({ profileFlag, roleAccount }) =>
      `with credentials of account ${roleAccount}: audit-export iam apply${profileFlag}`,
    such: 'different-external-id: the external id is "acme", and should be "org-1"',
    waitsFor: 'the role can not be assumed yet',
    soon: 'assume-not-yet',
  },
  'assume-not-supported': {
    probe: 'assume-role',
    status: 'skipped',
    blocks: true,
    says: () => 'the server has no sts:AssumeRole',
    cure: () =>
      'check AWS_ENDPOINT_URL_STS (or AWS_ENDPOINT_URL, where one server is all), or deliver without a role',
  },
  'assume-not-yet': {
    probe: 'assume-role',
    status: 'not-yet-visible',
    says: ({ roleName }) => `${roleName} can't be assumed yet; it was changed a moment ago`,
    cure: ({ profileFlag }) => `audit-export test-access${profileFlag} --wait 90s`,
  },
  'refused-without-external-id': {
    probe: 'without-external-id',
    status: 'pass',
    says: () => 'refused, as it should be',
  },
  'assumed-without-external-id': {
    probe: 'without-external-id',
    status: 'fail',
    blocks: false,
    says: ({ roleName }) =>
      `${roleName} can be assumed without the external id: whoever else the vendor serves could have it used (confused deputy)`,
    cure: ({ profileFlag, roleAccount }) =>
      `with credentials of account ${roleAccount}: audit-export iam apply${profileFlag} puts the condition on sts:ExternalId into the trust policy`,
    waitsFor: 'the role can still be assumed without the external id',
  },
  'no-external-id-in-one-account': {
    probe: 'without-external-id',
    status: 'warn',
    says: () => 'the role asks for no external id, which is usual within one account',
  },
  'no-other-external-id': {
    probe: 'wrong-external-id',
    status: 'skipped',
    says: () => 'the role asks for none, so none is wrong',
  },
  'refused-with-wrong-external-id': {
    probe: 'wrong-external-id',
    status: 'pass',
    says: () => 'refused, as it should be',
  },
  'assumed-with-wrong-external-id': {
    probe: 'wrong-external-id',
    status: 'fail',
    blocks: false,
    says: ({ roleName }, detail) =>
      `${roleName} can be assumed with ${JSON.stringify(detail)}, which is not the external id`,
    such: '1c42465e-4bf2-4e83-90d6-f6fbcac03635',
    cure: ({ profileFlag, roleAccount }) =>
      `with credentials of account ${roleAccount}: audit-export iam apply${profileFlag} puts StringEquals on sts:ExternalId into the trust policy`,
    waitsFor: 'the role can still be assumed with another external id',
  },
} as const satisfies FindingTable;
