import { nameOf } from '../answers/arns.ts';
import type { PolicyDocument } from '../../policy/document.ts';
import type { StatementDifference } from '../documents/statement-difference.ts';

type Tags = Readonly<Record<string, string>>;

/** One call to IAM, with everything it is called with; what it replaces is kept beside it. */
export type PlannedChange =
  | {
      kind: 'create-policy';
      name: string;
      arn: string;
      description: string;
      document: PolicyDocument;
      tags: Tags;
    }
  | { kind: 'create-role'; name: string; description: string; trustPolicy: PolicyDocument; tags: Tags }
  | {
      kind: 'update-trust';
      role: string;
      before: string;
      after: PolicyDocument;
      statements: StatementDifference[];
    }
  | { kind: 'delete-policy-version'; arn: string; versionId: string; why: string }
  | {
      kind: 'create-policy-version';
      arn: string;
      before: string;
      after: PolicyDocument;
      statements: StatementDifference[];
    }
  | { kind: 'attach-policy'; role: string; arn: string }
  | {
      kind: 'put-inline-policy';
      role: string;
      name: string;
      before: string | null;
      after: PolicyDocument;
      statements: StatementDifference[];
    }
  | { kind: 'detach-policy'; role: string; arn: string }
  | { kind: 'delete-inline-policy'; role: string; name: string; before: string }
  | { kind: 'delete-policy'; arn: string }
  | { kind: 'delete-role'; name: string };

export type ChangeKind = PlannedChange['kind'];

/** What IAM answered to a change that was made. */
export interface AppliedChange {
  /** ARN of what was made, where something was. */
  arn?: string;
  /** Its unique id, where IAM gives one. */
  id?: string;
  versionId?: string;
  requestId?: string;
}

/** The change in one line, as a plan shows it. */
export function describeChange(change: PlannedChange): string {
  switch (change.kind) {
    case 'create-policy':
      return `create the policy ${change.name}`;
    case 'create-role':
      return `create the role ${change.name}`;
    case 'update-trust':
      return `replace the trust policy of the role ${change.role}`;
    case 'delete-policy-version':
      return `delete version ${change.versionId} of the policy ${nameOf(change.arn)}: ${change.why}`;
    case 'create-policy-version':
      return `make a new default version of the policy ${nameOf(change.arn)}`;
    case 'attach-policy':
      return `attach the policy ${nameOf(change.arn)} to the role ${change.role}`;
    case 'put-inline-policy':
      return `${change.before === null ? 'put' : 'replace'} the policy ${change.name} in the role ${change.role}`;
    case 'detach-policy':
      return `detach the policy ${nameOf(change.arn)} from the role ${change.role}`;
    case 'delete-inline-policy':
      return `delete the policy ${change.name} in the role ${change.role}`;
    case 'delete-policy':
      return `delete the policy ${nameOf(change.arn)}`;
    default:
      return `delete the role ${change.name}`;
  }
}
