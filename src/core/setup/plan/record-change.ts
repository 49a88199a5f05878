import type { PlannedChange } from './change.ts';
import { describeChange } from './change.ts';
import type { AccessPlan } from './plan.ts';
import { remainingFindings } from './plan.ts';
import { managedPolicyArn } from '../desired/managed-policy-arn.ts';
import type { LiveAccess, AppliedChange } from '../../../ports/aws/iam-admin.ts';
import type { AccessReceipt, MadeItem } from './receipt.ts';

/** The receipt as it stands before the first change of a plan. What an earlier receipt says was made stays known. */
export function openReceipt(
  plan: AccessPlan,
  live: LiveAccess,
  earlier: AccessReceipt | undefined,
): AccessReceipt {
  const { desired } = plan;
  return {
    receipt: 'access',
    version: 1,
    complete: false,
    planHash: plan.hash,
    account: plan.account,
    partition: desired.partition,
    region: desired.region,
    bucket: desired.bucket,
    prefix: desired.prefix,
    deliverer: desired.deliverer,
    writeOnce: desired.writeOnce,
    trustedAccountId: desired.trustedAccountId,
    externalId: desired.externalId,
    roleName: desired.role.name,
    roleArn: live.role?.arn ?? null,
    policyName: desired.policy.name,
    policyArn: desired.policy.inline ? null : managedPolicyArn(desired, live),
    kmsKeyArn: desired.kmsKeyArn ?? null,
    made: earlier?.made ?? [],
    history: earlier?.history ?? [],
    remaining: remainingFindings(plan),
  };
}

/** The receipt after a change was made: what it made is listed, what it removed no longer is. */
export function recordChange(
  receipt: AccessReceipt,
  change: PlannedChange,
  applied: AppliedChange,
  at: string,
): AccessReceipt {
  const made = madeBy(change, applied);
  const touched = touchedBy(change);
  return {
    ...receipt,
    ...(change.kind === 'create-role' ? { roleArn: applied.arn ?? null } : {}),
    ...(change.kind === 'create-policy' ? { policyArn: applied.arn ?? change.arn } : {}),
    made: [...receipt.made.filter((item) => keyOf(item) !== touched), ...(made === undefined ? [] : [made])],
    history: [
      ...receipt.history,
      {
        at,
        kind: change.kind,
        change: describeChange(change),
        before: 'before' in change ? change.before : null,
        requestId: applied.requestId ?? null,
      },
    ],
  };
}

function madeBy(change: PlannedChange, { arn, id }: AppliedChange): MadeItem | undefined {
  switch (change.kind) {
    case 'create-role':
      return { kind: 'role', name: change.name, arn: arn ?? '', id: id ?? null };
    case 'create-policy':
      return { kind: 'policy', name: change.name, arn: arn ?? change.arn, id: id ?? null };
    case 'attach-policy':
      return { kind: 'attachment', role: change.role, arn: change.arn };
    case 'put-inline-policy':
      return change.before === null
        ? { kind: 'inline-policy', role: change.role, name: change.name }
        : undefined;
    default:
      return undefined;
  }
}

/** The thing that a change makes or takes away, by its key in the list; what is only replaced stays listed as it was. */
function touchedBy(change: PlannedChange): string | undefined {
  switch (change.kind) {
    case 'create-role':
    case 'delete-role':
      return `role ${change.name}`;
    case 'create-policy':
    case 'delete-policy':
      return `policy ${change.arn}`;
    case 'attach-policy':
    case 'detach-policy':
      return `attachment ${change.role} ${change.arn}`;
    case 'put-inline-policy':
      return change.before === null ? `inline-policy ${change.role} ${change.name}` : undefined;
    case 'delete-inline-policy':
      return `inline-policy ${change.role} ${change.name}`;
    default:
      return undefined;
  }
}

function keyOf(item: MadeItem): string {
  switch (item.kind) {
    case 'role':
      return `role ${item.name}`;
    case 'policy':
      return `policy ${item.arn}`;
    case 'attachment':
      return `attachment ${item.role} ${item.arn}`;
    default:
      return `inline-policy ${item.role} ${item.name}`;
  }
}
