import type { PlannedChange } from '../../core/setup/plan/change.ts';
import { describeChange } from '../../core/setup/plan/change.ts';
import type { AccessPlan } from '../../core/setup/plan/plan.ts';
import type { AccessReceipt } from '../../core/setup/plan/receipt.ts';
import { canonicalJson } from '../../core/canonical-json.ts';
import { openReceipt, recordChange } from '../../core/setup/plan/record-change.ts';
import { AuditExportError, isAuditExportError } from '../../errors.ts';
import type { IamHost } from './iam-host.ts';
import { demandAccount, readPlanAndLive } from './plan.ts';

/**
 * Carries out exactly this plan: the world is looked at again first, and if the same plan would not come out, nothing is
 * done (`plan-stale`). The receipt is saved after every change, so that a run that stops half-way is known and can be
 * repeated or undone. Throws `name-taken` where the plan is blocked, and what a change failed with, saying what was done.
 */
export async function applyAccess(plan: AccessPlan, host: IamHost): Promise<AccessReceipt> {
  demandUnblocked(plan);
  const { plan: again, live } = await readPlanAndLive(plan.desired, host.admin, {
    removeExtras: plan.removeExtras,
    nowMs: host.clock.now(),
  });
  if (comparable(again) !== comparable(plan)) throw stale();
  const earlier = await host.receipts.read();
  if (earlier !== undefined && earlier.made.length > 0) demandAccount(earlier.account, plan.account);
  const opened = openReceipt(plan, live, earlier);
  // Before anything is changed: a receipt that can't be written must not be found out afterwards.
  if (plan.changes.length > 0) await host.receipts.save(opened);
  const receipt = await makeChanges(plan.changes, opened, host);
  const finished = { ...receipt, complete: true };
  await host.receipts.save(finished);
  return finished;
}

/**
 * Makes the changes one after the other, and saves the receipt after each. What fails is thrown with what was done
 * before it, and which command goes on.
 */
export async function makeChanges(
  changes: readonly PlannedChange[],
  opened: AccessReceipt,
  host: IamHost,
): Promise<AccessReceipt> {
  let receipt = opened;
  const done: string[] = [];
  for (const change of changes) {
    try {
      if (host.signal.aborted) throw new AuditExportError('interrupted', 'Stopped before all was done.');
      const applied = await host.admin.apply(change);
      receipt = recordChange(receipt, change, applied, new Date(host.clock.now()).toISOString());
      done.push(describeChange(change));
      await host.receipts.save(receipt);
    } catch (error) {
      throw withWhatWasDone(error, done, host.again);
    }
    host.onChange(change);
  }
  return receipt;
}

/** All that a plan says but its cures: what was printed names a profile in them. */
function comparable(plan: AccessPlan): string {
  return canonicalJson({ ...plan, findings: plan.findings.map(({ cure: _cure, ...finding }) => finding) });
}

function withWhatWasDone(error: unknown, done: readonly string[], again: string): unknown {
  if (!isAuditExportError(error)) return error;
  const before =
    done.length === 0 ? 'Nothing was changed before that.' : `Done before that: ${done.join('; ')}.`;
  const goOn = `Then ${again} goes on from there.`;
  return new AuditExportError(error.code, `${error.message} ${before}`, {
    cure: error.cure === undefined ? goOn : `${error.cure} ${goOn}`,
    details: { ...error.details, changesMade: done.length },
    cause: error.cause ?? error,
  });
}

function demandUnblocked({ findings }: AccessPlan): void {
  const blocking = findings.find(({ level }) => level === 'blocking');
  if (blocking === undefined) return;
  const { message, cure } = blocking;
  throw new AuditExportError('name-taken', `Nothing was applied: ${message}.`, {
    cure: `${cure.charAt(0).toUpperCase()}${cure.slice(1)}.`,
    details: { resource: blocking.resource },
  });
}

function stale(): AuditExportError {
  return new AuditExportError(
    'plan-stale',
    'The plan was not carried out: since it was made, role or policy have changed (or the plan has).',
    { cure: 'Make and look at a new one: audit-export iam plan' },
  );
}
