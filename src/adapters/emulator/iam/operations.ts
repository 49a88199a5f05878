import type { QueryOperation } from '../query/query-call.ts';
import { entityPolicyOperations } from './entity-policies.ts';
import { policyOperations } from './managed-policies.ts';
import { roleOperations } from './roles.ts';
import { userOperations } from './users.ts';

/** The operations of IAM by name. */
export const iamOperations: Readonly<Record<string, QueryOperation>> = {
  ...roleOperations,
  ...entityPolicyOperations('role'),
  ...entityPolicyOperations('user'),
  ...policyOperations,
  ...userOperations,
};
