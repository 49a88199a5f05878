import type { LivePolicy, LiveRole, IamAdmin } from '../../ports/aws/iam-admin.ts';
import { nameOf } from '../../core/setup/answers/arns.ts';
import { describeChange } from '../../core/setup/plan/change.ts';
import type { RemovalPlan } from '../../core/setup/plan/plan-removal.ts';
import { describeItem, planRemoval } from '../../core/setup/plan/plan-removal.ts';
import { storeUrl } from '../../core/setup/desired/desired-access.ts';
import type { AccessReceipt, MadeItem } from '../../core/setup/plan/receipt.ts';
import { AuditExportError } from '../../errors.ts';
import { makeChanges } from './apply.ts';
import type { IamHost, ReceiptStore } from './iam-host.ts';
import { demandAccount } from './plan.ts';

/** What was removed and what not. `iam destroy --json` prints it: schemas/access-removal.schema.json. */
export interface AccessRemoval {
  report: 'access-removal';
  version: 1;
  receipt: string;
  account: string | null;
  removed: string[];
  leftAlone: RemovalPlan['leftAlone'];
  gone: string[];
  /** Never removed. */
  bucket: string;
}

/** The receipt to follow. Throws `no-receipt` where there is none. */
export async function demandReceipt(receipts: ReceiptStore): Promise<AccessReceipt> {
  const receipt = await receipts.read();
  if (receipt !== undefined) return receipt;
  throw new AuditExportError('no-receipt', `There is no receipt ${receipts.location}.`, {
    cure: 'Only what a receipt lists is removed: name one with --receipt FILE, or the profile with --profile.',
  });
}

/** Looks at what there still is of what the receipt lists. Throws `wrong-account`; changes nothing. */
export async function readRemoval(receipt: AccessReceipt, admin: IamAdmin): Promise<RemovalPlan> {
  return planRemoval(receipt.made, await readItems(receipt, admin));
}

/** Removes what the plan names, and takes it off the receipt. */
export async function destroyAccess(
  receipt: AccessReceipt,
  plan: RemovalPlan,
  host: IamHost,
): Promise<AccessRemoval> {
  const gone = new Set(plan.gone);
  const opened = { ...receipt, made: receipt.made.filter((item) => !gone.has(item)), complete: false };
  await host.receipts.save(await makeChanges(plan.changes, opened, host));
  return {
    report: 'access-removal',
    version: 1,
    receipt: host.receipts.location,
    account: receipt.account,
    removed: plan.changes.map(describeChange),
    leftAlone: plan.leftAlone,
    gone: plan.gone.map(describeItem),
    bucket: storeUrl(receipt.bucket, ''),
  };
}

/** Each role and each policy that the list names, as it is now. */
async function readItems(
  receipt: AccessReceipt,
  admin: IamAdmin,
): Promise<{ roles: LiveRole[]; policies: LivePolicy[] }> {
  const roleNames = namesOf(receipt.made, (item) => (item.kind === 'role' ? item.name : roleOf(item)));
  const policyNames = namesOf(receipt.made, (item) =>
    item.kind === 'policy' || item.kind === 'attachment' ? nameOf(item.arn) : undefined,
  );
  const roles: LiveRole[] = [];
  const policies: LivePolicy[] = [];
  for (let at = 0; at < Math.max(roleNames.length, policyNames.length); at++) {
    const policyName = policyNames[at];
    const live = await admin.readAccess({
      partition: receipt.partition,
      ...(receipt.account === null ? {} : { customerAccountId: receipt.account }),
      role: { name: roleNames[at] ?? receipt.roleName },
      policy: { name: policyName ?? receipt.policyName, inline: policyName === undefined },
    });
    demandAccount(receipt.account, live.account);
    if (live.role !== undefined) roles.push(live.role);
    if (live.policy !== undefined) policies.push(live.policy);
  }
  return { roles, policies };
}

function roleOf(item: MadeItem): string | undefined {
  return 'role' in item ? item.role : undefined;
}

function namesOf(made: readonly MadeItem[], name: (item: MadeItem) => string | undefined): string[] {
  return [...new Set(made.map(name).filter((found) => found !== undefined))];
}
