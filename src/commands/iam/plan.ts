import type { DesiredAccess } from '../../core/setup/desired/desired-access.ts';
import type { LiveAccess, IamAdmin } from '../../ports/aws/iam-admin.ts';
import type { AccessPlan, PlanOptions } from '../../core/setup/plan/plan.ts';
import { planAccess } from '../../core/setup/plan/plan.ts';
import { AuditExportError } from '../../errors.ts';

/** Looks at what there is and compares it with what should be. Changes nothing. Throws `wrong-account` and access errors. */
export async function readPlan(
  desired: DesiredAccess,
  admin: IamAdmin,
  options: PlanOptions = {},
): Promise<AccessPlan> {
  return (await readPlanAndLive(desired, admin, options)).plan;
}

/** As `readPlan`, with what was seen. */
export async function readPlanAndLive(
  desired: DesiredAccess,
  admin: IamAdmin,
  options: PlanOptions,
): Promise<{ plan: AccessPlan; live: LiveAccess }> {
  const found = await admin.readAccess(desired);
  demandAccount(desired.customerAccountId, found.account);
  const seen = await admin.readBucket(desired.bucket);
  const notes = seen.unseen === undefined ? [] : [`the bucket policy was not looked at: ${seen.unseen}`];
  const live = { ...found, bucket: seen.bucket, notes: [...found.notes, ...notes] };
  return { plan: planAccess(desired, live, options), live };
}

/** Throws `wrong-account` where the credentials are known to be of another account than the one wanted. */
export function demandAccount(wanted: string | null | undefined, actual: string | null | undefined): void {
  if (typeof wanted !== 'string' || typeof actual !== 'string' || wanted === actual) return;
  throw new AuditExportError(
    'wrong-account',
    `The credentials in use are of account ${actual}, and the access belongs into account ${wanted}.`,
    {
      cure: `Use credentials of account ${wanted}, for instance with AWS_PROFILE.`,
      details: { wanted, actual },
    },
  );
}
