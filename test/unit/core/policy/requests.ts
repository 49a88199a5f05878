import { expect, test } from 'vitest';
import {
  authorize,
  type AccessRequest,
  type AppliedPolicies,
  type Caller,
  type Decision,
} from '../../../../src/core/policy/authorize.ts';
import type { PolicyDocument, Principals, Statement } from '../../../../src/core/policy/document.ts';

export const customer = '111122223333';
export const vendor = '444455556666';

export const roleArn = `arn:aws:iam::${customer}:role/path/exporter`;
export const sessionArn = `arn:aws:sts::${customer}:assumed-role/exporter/run`;
export const userArn = `arn:aws:iam::${customer}:user/ann`;

export const callers = {
  root: { kind: 'root', account: customer, arn: `arn:aws:iam::${customer}:root` },
  user: { kind: 'user', account: customer, arn: userArn },
  session: { kind: 'assumed-role', account: customer, arn: sessionArn, roleArn },
  vendorUser: { kind: 'user', account: vendor, arn: `arn:aws:iam::${vendor}:user/exporter` },
  vendorRoot: { kind: 'root', account: vendor, arn: `arn:aws:iam::${vendor}:root` },
  service: { kind: 'service', account: '', arn: 'logging.s3.amazonaws.com' },
  anonymous: { kind: 'anonymous', account: '', arn: '' },
} as const satisfies Record<string, Caller>;

/** A document of the statements, in the language's present version. */
export function policy(...statements: Statement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}

/** A PutObject into the customer's bucket. */
export function put(caller: Caller, more: Partial<AccessRequest> = {}): AccessRequest {
  return {
    caller,
    action: 's3:PutObject',
    resource: 'arn:aws:s3:::bucket/audit/a.gz',
    resourceAccount: customer,
    context: {},
    ...more,
  };
}

export const allow: Statement = {
  Effect: 'Allow',
  Action: 's3:PutObject',
  Resource: 'arn:aws:s3:::bucket/audit/*',
};
export const deny: Statement = { ...allow, Effect: 'Deny' };
export const other: Statement = { ...allow, Action: 's3:GetObject' };

/** The statement with a Principal. */
export function to(principal: Principals, statement: Statement = allow): Statement {
  return { ...statement, Principal: principal };
}

export const nothing: AppliedPolicies = { identity: [] };
export const own: AppliedPolicies = { identity: [policy(allow)] };

/** The statements as a bucket policy. */
export function bucket(...statements: Statement[]) {
  return { resource: policy(...statements), resourceKind: 'bucket' } as const;
}

export type Row = [
  name: string,
  request: AccessRequest,
  policies: AppliedPolicies,
  outcome: `${Decision['reason']} by ${NonNullable<Decision['layer']>}`,
  source: string,
];

/** One test a row; the outcome is the reason and the layer that decided. */
export function check(rows: Row[]): void {
  test.each(rows)('%s', (_name, request, policies, outcome) => {
    const decision = authorize(request, policies);
    expect(`${decision.reason} by ${decision.layer}`).toBe(outcome);
    expect(decision.allowed).toBe(decision.reason === 'allowed');
  });
}
