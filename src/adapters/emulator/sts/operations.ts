import type { QueryOperation } from '../query/query-call.ts';
import { assumeRole } from './assume-role.ts';

/** The operations of STS by name. */
export const stsOperations: Readonly<Record<string, QueryOperation>> = {
  // Needs no permission, and can't be denied one.
  GetCallerIdentity: ({ principal }) => ({
    Arn: principal.caller.arn,
    UserId: principal.userId,
    Account: principal.caller.account,
  }),
  AssumeRole: assumeRole,
};
