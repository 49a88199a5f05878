import type { ContextValues } from '../../../src/core/policy/conditions/context.ts';
import type { PolicyDocument } from '../../../src/core/policy/document.ts';
import { parsePolicyDocument } from '../../../src/core/policy/document.ts';
import { AuditExportError } from '../../../src/errors.ts';
import type { Who } from './ground.ts';
import { accounts } from './ground.ts';

/** Who somebody is, in IAM's words. */
export function callerOf(who: Who): { account: string; arn: string } {
  const account = who === 'vendor' ? accounts.vendor : accounts.customer;
  return { account, arn: `arn:aws:iam::${account}:user/${who === 'customer' ? 'admin' : 'exporter'}` };
}

/** An identity policy. */
export function parsed(document: string): PolicyDocument {
  return parsePolicyDocument(document);
}

/** The condition keys of a time, and of a place. */
export function whereAndWhen(now: string): ContextValues {
  return {
    'aws:CurrentTime': now,
    'aws:EpochTime': String(Math.floor(Date.parse(now) / 1000)),
    'aws:SecureTransport': 'true',
    'aws:SourceIp': '127.0.0.1',
    'aws:RequestedRegion': 'us-east-1',
  };
}

/** What IAM says to who may not look. */
export function denied(action: string): AuditExportError {
  return new AuditExportError('access-denied', `these credentials may not do ${action}.`);
}
