import { roleNameStart } from '../../setup/answers/answer-rules.ts';
import type { FindingTable } from './finding-row.ts';

/** Findings of configuration, credentials, STS and clock. */
export const identityFindings = {
  'configuration-complete': {
    probe: 'configuration',
    status: 'pass',
    says: ({ store, region, actor }) => `${store} in ${region}, delivered to by ${actor}`,
  },
  'configuration-incomplete': {
    probe: 'configuration',
    status: 'fail',
    says: (_, detail) => detail,
    cure: ({ profileFlag }) => `audit-export init${profileFlag} --reconfigure asks for it again`,
    such: 'it is not said in which region the bucket is',
  },
  'role-name-prefix': {
    probe: 'configuration',
    status: 'fail',
    blocks: false,
    says: ({ roleName }, detail) =>
      `the name of the role ${roleName} is not one that the vendor may assume: ${detail}`,
    cure: ({ profileFlag }) =>
      `audit-export init${profileFlag} --reconfigure --role-name ${roleNameStart}-export --yes`,
    such: 'it must start with ALTRPublishSIEMData',
  },
  'no-external-id': {
    probe: 'configuration',
    status: 'warn',
    says: ({ roleName }) => `the profile names no external id for the role ${roleName}`,
    cure: ({ profileFlag }) =>
      `audit-export init${profileFlag} --reconfigure --organization-id ID, the id that the vendor issued`,
  },
  'credentials-known': {
    probe: 'credentials',
    status: 'pass',
    says: ({ caller }, detail) => `${caller}, from ${detail}`,
    such: 'the environment',
  },
  'credentials-found': {
    probe: 'credentials',
    status: 'pass',
    says: (_, detail) => `found in ${detail}; whose they are is not known`,
    such: 'the environment',
  },
  'credentials-end-soon': {
    probe: 'credentials',
    status: 'warn',
    says: ({ caller }, detail) => `${caller}: the session ends ${detail}`,
    cure: () => 'log in again before a long run (aws sso login)',
    such: 'in 3 minutes',
  },
  'no-credentials': {
    probe: 'credentials',
    status: 'fail',
    says: (_, detail) => `no credentials were found: ${detail}`,
    cure: () => 'set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in: aws sso login',
    such: 'Could not load credentials from any providers',
  },
  'credentials-expired': {
    probe: 'any',
    status: 'fail',
    says: () => 'the session of the credentials has expired',
    cure: () => 'log in again (aws sso login), or take new credentials, and run it again',
  },
  'credentials-invalid': {
    probe: 'any',
    status: 'fail',
    says: (_, detail) => `AWS refuses the credentials: ${detail}`,
    cure: () =>
      'check the access key, its secret and AWS_SESSION_TOKEN, or the profile that AWS_PROFILE names: aws sts get-caller-identity',
    such: 'AWS does not know this access key',
  },
  'sts-answers': {
    probe: 'sts-endpoint',
    status: 'pass',
    says: ({ region }) => `STS answers in ${region}`,
  },
  'sts-unreachable': {
    probe: 'sts-endpoint',
    status: 'fail',
    says: (_, detail) => `STS can't be reached: ${detail}`,
    cure: ({ region }) =>
      `check the network, HTTPS_PROXY and AWS_ENDPOINT_URL_STS; https://sts.${region}.amazonaws.com must be reachable from here`,
    such: "the name of the host can't be resolved",
    waitsFor: 'STS does not answer',
  },
  'sts-switched-off': {
    probe: 'any',
    status: 'fail',
    says: ({ region }) => `STS is switched off in ${region}`,
    cure: ({ region }) =>
      `switch it on in the account of these credentials: IAM console, Account settings, STS, ${region}`,
  },
  'clock-right': {
    probe: 'clock',
    status: 'pass',
    says: (_, detail) => `right to ${detail}`,
    such: '1 second',
  },
  'clock-off': {
    probe: 'clock',
    status: 'warn',
    says: (_, detail) => `${detail}; AWS lets pass up to 15 minutes`,
    cure: () => 'set the clock: timedatectl set-ntp true',
    such: 'this machine is 6 minutes behind AWS',
  },
  'clock-wrong': {
    probe: 'any',
    status: 'fail',
    blocks: false,
    says: (_, detail) =>
      `${detail}; AWS refuses what is signed more than 15 minutes off (RequestTimeTooSkewed)`,
    cure: () => 'set the clock: timedatectl set-ntp true',
    such: 'this machine is 20 minutes behind AWS',
  },
  'clock-unknown': {
    probe: 'clock',
    status: 'skipped',
    says: () => 'the server does not say what time it is',
  },
} as const satisfies FindingTable;
