import { createHash } from 'node:crypto';
import { canonicalJson } from '../../canonical-json.ts';
import type { PlannedChange } from './change.ts';
import type { DesiredAccess } from '../desired/desired-access.ts';
import { explainAccess } from '../desired/explain.ts';
import type { DriftFinding } from '../drift/finding.ts';
import { findDrift } from '../drift/find-drift.ts';
import type { LiveAccess } from '../../../ports/aws/iam-admin.ts';
import { planChanges } from './plan-changes.ts';

export interface PlanOptions {
  /** Also detach and delete what else hangs on the role; without it, that is only called out. */
  removeExtras?: boolean;
  /** Now, in epoch milliseconds: conditions may ask for it. */
  nowMs?: number;
}

/** What would be done, and why. `iam plan --json` prints it: schemas/access-plan.schema.json. */
export interface AccessPlan {
  report: 'access-plan';
  version: 1;
  /** SHA-256 over everything below and all that was seen: another world or another wish, another hash. */
  hash: string;
  /** Account in which the changes would be made; null where the server does not say. */
  account: string | null;
  inSync: boolean;
  /** The role that there is; null where there is none yet. */
  roleArn: string | null;
  removeExtras: boolean;
  desired: DesiredAccess;
  /** What the role will be able to do, in words. */
  explanation: string[];
  /** In the order in which they are made. */
  changes: PlannedChange[];
  findings: DriftFinding[];
  notes: string[];
}

/**
 * Compares what should be with what is. The same two always give the same plan, byte for byte. While a finding blocks,
 * the plan changes nothing.
 */
export function planAccess(
  desired: DesiredAccess,
  live: LiveAccess,
  { removeExtras = false, nowMs }: PlanOptions = {},
): AccessPlan {
  const drift = findDrift(desired, live, { removeExtras, nowMs });
  const { findings } = drift;
  const blocked = findings.some(({ level }) => level === 'blocking');
  const changes = blocked ? [] : planChanges(desired, live, { drift, removeExtras });
  const body = {
    account: live.account ?? null,
    inSync: changes.length === 0 && findings.every(({ level }) => level === 'warning'),
    roleArn: live.role?.arn ?? null,
    removeExtras,
    desired,
    explanation: explainAccess(desired),
    changes,
    findings,
    notes: live.notes,
  };
  // Of the bucket, what was found counts: the set-up may make the bucket between plan and apply.
  const { bucket: _bucket, ...seen } = live;
  const hash = createHash('sha256')
    .update(canonicalJson({ ...body, live: seen }))
    .digest('hex');
  return { report: 'access-plan', version: 1, hash, ...body };
}

/** What stays to be done by a person after the plan has been carried out. */
export function remainingFindings({ findings }: Pick<AccessPlan, 'findings'>): DriftFinding[] {
  return findings.filter(({ level, curedByPlan }) => level !== 'warning' && !curedByPlan);
}
