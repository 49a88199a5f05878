/** Everything by which what is can differ from what should be; the names are a contract with scripts. */
export type FindingCode =
  | 'widened-action'
  | 'widened-resource'
  | 'narrowed-policy'
  | 'missing-external-id'
  | 'different-external-id'
  | 'wildcard-principal'
  | 'foreign-principal'
  | 'half-finished-role'
  | 'narrowed-trust'
  | 'extra-attached-policy'
  | 'extra-inline-policy'
  | 'overwrite-allowed'
  | 'denying-policy'
  | 'permissions-boundary'
  | 'bucket-policy-wide'
  | 'bucket-policy-shared'
  | 'bucket-policy-denies'
  | 'bucket-key'
  | 'bucket-key-unseen'
  | 'rotation-under-way'
  | 'unreadable-document'
  | 'shared-policy'
  | 'role-path'
  | 'name-taken';

/**
 * A difference called by its name. `blocking`: nothing can be applied before a person has cured it; `drift`: it is not as
 * it should be; `warning`: worth knowing, and no reason to fail.
 */
export interface DriftFinding {
  code: FindingCode;
  level: 'blocking' | 'drift' | 'warning';
  /** Name or ARN of the role or policy. */
  resource: string;
  /** Sid or place of the statement, where it is in one. */
  statement?: string;
  message: string;
  cure: string;
  /** Whether the plan that holds it cures it. */
  curedByPlan: boolean;
}

/** The cure of what the plan itself puts right. */
export const applyCures = 'audit-export iam apply puts it right';
