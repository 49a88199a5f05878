import { nameOf } from '../answers/arns.ts';
import type { DriftFinding } from './finding.ts';
import { applyCures } from './finding.ts';
import { withSparedKeys } from './bucket-key.ts';
import type { PermissionView } from './permission-findings.ts';
import type { RolePolicy } from './role-policies.ts';
import { denialsIn, denialsOf } from './role-policies.ts';
import { widerRights } from './wider-rights.ts';

/** What hangs on the role besides, with what it comes to. */
export interface Extra extends RolePolicy {
  /** It may let the role do more than deliver; what can't be read may. */
  wider: boolean;
  denies: boolean;
}

/** The policies that are none of this tool, each asked whether the role may do more because of it. */
export function extrasOf({ desired, route, policies, keys }: PermissionView): Extra[] {
  const than = { route, wanted: withSparedKeys(desired.policy.document, keys), denials: denialsOf(policies) };
  return policies.extras.map((policy) => {
    const { document } = policy;
    return {
      ...policy,
      wider:
        document === undefined ||
        document.problem !== undefined ||
        document.statements.some((statement) => widerRights(document, statement, than).length > 0),
      denies: denialsIn(document).length > 0,
    };
  });
}

/** Said of what may let the role do more. What only denies is nobody's concern here, and a twin of ours is only noted. */
export function extraFindings(view: PermissionView, removeExtras: boolean): DriftFinding[] {
  const role = view.desired.role.name;
  // What it denies must not go with it: only this tool keeps that.
  const cure = (call: string, denies: boolean): string =>
    removeExtras
      ? applyCures
      : `audit-export iam apply --remove-extras${denies ? ' takes away what it allows, and keeps what it denies' : `, or: aws iam ${call}`}`;
  return extrasOf(view)
    .filter(
      ({ wider, document }) =>
        wider || document?.statements.some(({ element }) => element['Effect'] === 'Allow'),
    )
    .map(({ name, arn, wider, denies }): DriftFinding => ({
      code: arn === undefined ? 'extra-inline-policy' : 'extra-attached-policy',
      level: wider ? 'drift' : 'warning',
      resource: role,
      message: `${arn === undefined ? `the role holds the policy ${name} in itself` : `the policy ${nameOf(arn)} (${arn}) is attached`} as well, ${wider ? 'so the role may do more than deliver' : 'and adds nothing to what deliveries need'}`,
      cure: cure(
        arn === undefined
          ? `delete-role-policy --role-name ${role} --policy-name ${name}`
          : `detach-role-policy --role-name ${role} --policy-arn ${arn}`,
        denies,
      ),
      curedByPlan: removeExtras,
    }));
}
