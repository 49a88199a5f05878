import { bucketFindings } from './bucket-findings.ts';
import type { KeyRights } from './bucket-key.ts';
import { keyFindings, keyRightsOf } from './bucket-key.ts';
import type { DesiredAccess } from '../desired/desired-access.ts';
import type { Extra } from './extra-findings.ts';
import { extraFindings, extrasOf } from './extra-findings.ts';
import type { DriftFinding } from './finding.ts';
import { applyCures } from './finding.ts';
import type { LiveAccess, LiveRole } from '../../../ports/aws/iam-admin.ts';
import type { LiveDocument } from '../documents/live-document.ts';
import { readLiveDocument } from '../documents/live-document.ts';
import type { PermissionView } from './permission-findings.ts';
import { permissionFindings } from './permission-findings.ts';
import { withDatesOf } from '../delivery/delivery.ts';
import { documentsIn, rolePoliciesOf, routeOf } from './role-policies.ts';
import type { TrustedAccess } from './trust-question.ts';
import { trustFindings } from './trust-findings.ts';

export interface DriftOptions {
  removeExtras: boolean;
  /** Epoch milliseconds; without it, what depends on the time is not known. */
  nowMs?: number | undefined;
}

/** What is not as it should be, and what of it a plan puts right. */
export interface Drift {
  /** Every difference that has a name, the blocking ones first. */
  findings: DriftFinding[];
  trustDiffers: boolean;
  policyDiffers: boolean;
  extras: Extra[];
  /** Rights on keys that stay, whatever the set-up names. */
  keys: KeyRights;
  /** With what time it was asked. */
  nowMs: number | undefined;
}

/** Compares what should be with what is, by what the documents come to and not by how they are written. */
export function findDrift(
  desired: DesiredAccess,
  live: LiveAccess,
  { removeExtras, nowMs }: DriftOptions,
): Drift {
  const { role } = live;
  const policies = rolePoliciesOf(desired, live);
  const route = withDatesOf(routeOf(desired, live, nowMs), documentsIn(policies));
  const keys = keyRightsOf(desired, route, { policies, bucket: live.bucket });
  const view: PermissionView = { desired, route, policies, keys };
  const trust = role === undefined ? [] : trustDrift({ ...desired, nowMs }, role);
  const policy = [...ownFindings(view), ...unreadBoundary(view, role)];
  return {
    findings: [
      ...takenNames(desired, live),
      ...trust,
      ...(role === undefined ? [] : [...rolePath(desired, live, role), ...rotation(desired)]),
      ...policy,
      ...sharedPolicy(desired, live),
      ...keyFindings(desired, route, { rights: keys, policies }),
      ...extraFindings(view, removeExtras),
      ...bucketFindings(view, live.bucket),
    ],
    trustDiffers: trust.length > 0,
    policyDiffers: policy.some(({ curedByPlan }) => curedByPlan),
    extras: extrasOf(view),
    keys,
    nowMs,
  };
}

/** Names in IAM are told apart without regard to case, and without regard to their path ("IAM identifiers"). */
function takenNames({ role, policy }: DesiredAccess, { sameName }: LiveAccess): DriftFinding[] {
  const taken = (kind: string, name: string, arn: string, flag: string): DriftFinding => ({
    code: 'name-taken',
    level: 'blocking',
    resource: arn,
    message: `the name of the ${kind} ${name} is taken: ${arn} differs from it only by case or path, which IAM does not tell apart`,
    cure: `choose another name with ${flag}, or remove ${arn}`,
    curedByPlan: false,
  });
  return [
    ...(sameName.role === undefined ? [] : [taken('role', role.name, sameName.role, '--role-name')]),
    ...(sameName.policy === undefined
      ? []
      : [taken('policy', policy.name, sameName.policy, '--policy-name')]),
  ];
}

function trustDrift(desired: TrustedAccess, role: LiveRole): DriftFinding[] {
  const document = readLiveDocument(role.trustPolicy, 'trust');
  return withProblem(
    trustFindings(document, desired, role.name),
    document.problem,
    `the trust policy of ${role.name}`,
  );
}

/** A vendor reaches roles by a pattern of names without a path; this tool goes by the ARN. */
function rolePath({ deliverer }: DesiredAccess, { account }: LiveAccess, role: LiveRole): DriftFinding[] {
  if (deliverer !== 'vendor' || account === undefined || role.arn.endsWith(`:role/${role.name}`)) return [];
  return [
    {
      code: 'role-path',
      level: 'warning',
      resource: role.arn,
      message: `the role lies below a path (${role.arn}); a vendor that may assume role/${role.name.slice(0, 19)}* can't reach it`,
      cure: `audit-export init --reconfigure --role-name ${role.name.slice(0, 60)}-top --apply makes one without a path`,
      curedByPlan: false,
    },
  ];
}

/** While one external id takes the place of the other, the role is not as it will be. */
function rotation(desired: DesiredAccess): DriftFinding[] {
  const { otherExternalId, externalId, role } = desired;
  if (otherExternalId === undefined) return [];
  return [
    {
      code: 'rotation-under-way',
      level: 'drift',
      resource: role.name,
      message: `the external id is being changed: ${externalId} is used, and ${otherExternalId} is to be let in as well until that is done`,
      cure: 'To go on: audit-export iam rotate; to take it back: audit-export iam rotate --back',
      curedByPlan: false,
    },
  ];
}

function ownFindings(view: PermissionView): DriftFinding[] {
  const { own } = view.policies;
  if (own?.document === undefined) return [];
  return withProblem(permissionFindings(view), own.document.problem, `the policy ${own.name}`);
}

function unreadBoundary({ policies }: PermissionView, role: LiveRole | undefined): DriftFinding[] {
  if (role?.boundary === undefined || policies.boundary !== undefined) return [];
  return [
    {
      code: 'permissions-boundary',
      level: 'warning',
      resource: role.name,
      message: `the permissions boundary ${role.boundary.arn} limits the role, and may not be read here`,
      cure: `see whether it allows s3:PutObject: aws iam get-policy --policy-arn ${role.boundary.arn}`,
      curedByPlan: false,
    },
  ];
}

/** A document that is no good by its grammar is called so where nothing else could be said of it, and never crashes. */
function withProblem(
  found: readonly DriftFinding[],
  problem: LiveDocument['problem'],
  resource: string,
): DriftFinding[] {
  const told = found.filter(({ code }) => !code.startsWith('narrowed-') && code !== 'overwrite-allowed');
  if (problem === undefined || told.length > 0) return [...found];
  return [
    {
      code: 'unreadable-document',
      level: 'drift',
      resource,
      message: `${resource} can't be read: ${problem}`,
      cure: applyCures,
      curedByPlan: true,
    },
  ];
}

function sharedPolicy(desired: DesiredAccess, live: LiveAccess): DriftFinding[] {
  const { policy, role } = live;
  if (policy === undefined) return [];
  const own = role?.attached.some(({ arn }) => arn === policy.arn) === true ? 1 : 0;
  const others = policy.attachments - own;
  if (others <= 0) return [];
  return [
    {
      code: 'shared-policy',
      level: 'warning',
      resource: policy.arn,
      message: `the policy hangs on ${others} other ${others === 1 ? 'identity' : 'identities'}, whose rights change with it`,
      cure: `use a policy of its own: choose another --policy-name than ${desired.policy.name}`,
      curedByPlan: false,
    },
  ];
}
