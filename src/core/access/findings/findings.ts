import { bucketFindings } from './bucket-findings.ts';
import { deliveryFindings } from './delivery-findings.ts';
import { denialFindings } from './denial-findings.ts';
import type { FindingRow, FindingTable } from './finding-row.ts';
import { identityFindings } from './identity-findings.ts';
import { policyFindings } from './policy-findings.ts';
import { roleFindings } from './role-findings.ts';

/** What any probe can come to. */
const generalFindings = {
  'no-answer': {
    probe: 'any',
    status: 'fail',
    says: (_, detail) => detail,
    cure: ({ profileFlag }) =>
      `check the network, the proxy and --endpoint-url, then: audit-export test-access${profileFlag}`,
    such: 's3:PutObject on s3://acme-audit/altr failed: the connection was refused (ECONNREFUSED)',
    waitsFor: 'the server does not answer',
  },
  'other-error': {
    probe: 'any',
    status: 'fail',
    says: (_, detail) => detail,
    cure: ({ profileFlag }) =>
      `run it again with --verbose, and with the request id ask AWS Support: audit-export test-access${profileFlag} --verbose`,
    such: 's3:PutObject on s3://acme-audit/altr failed: an internal error (InternalError)',
    waitsFor: 'the server fails',
  },
  'not-supported': {
    probe: 'any',
    status: 'skipped',
    says: (_, detail) => `the server has no such call: ${detail}`,
    such: 'iam:GetRole',
  },
  'needs-unmet': {
    probe: 'any',
    status: 'skipped',
    blocks: true,
    says: (_, detail) => `because of ${detail}`,
    such: 'assume-role',
  },
  'not-chosen': {
    probe: 'any',
    status: 'skipped',
    says: (_, detail) => `left out by ${detail}`,
    such: '--only',
  },
  'writes-nothing': {
    probe: 'any',
    status: 'skipped',
    says: () => 'left out by --no-write: it may change what is in the bucket',
  },
} as const satisfies FindingTable;

const table = {
  ...generalFindings,
  ...identityFindings,
  ...roleFindings,
  ...bucketFindings,
  ...deliveryFindings,
  ...denialFindings,
  ...policyFindings,
} as const;

export type FindingCode = keyof typeof table;

/** Everything that can be found, by name. The names are a contract with scripts; the texts are not. */
export const findings: Readonly<Record<FindingCode, FindingRow>> = table;

export const findingCodes = Object.keys(table) as FindingCode[];

/** What a finding is called when something was changed too short a time ago to know. */
export function soonOf(code: FindingCode): FindingCode {
  return (findings[code].soon as FindingCode | undefined) ?? code;
}

/** Whether a probe that came to this stops those that need it. */
export function stops(code: FindingCode): boolean {
  const { blocks, status } = findings[code];
  return blocks ?? (status === 'fail' || status === 'not-yet-visible');
}
