import { nameOf } from './change.ts';
import type { DesiredAccess } from './desired-access.ts';
import type { DriftFinding } from './finding.ts';
import { applyCures } from './finding.ts';
import type { LiveAccess, LiveRole } from './live-access.ts';
import { readLiveDocument } from './live-document.ts';
import { permissionFindings } from './permission-findings.ts';
import { extrasOf } from './plan-changes.ts';
import { meansTheSame } from './statement-difference.ts';
import { trustFindings } from './trust-findings.ts';

/** Every difference that has a name, the blocking ones first. */
export function findDrift(desired: DesiredAccess, live: LiveAccess, removeExtras: boolean): DriftFinding[] {
  return [
    ...takenNames(desired, live),
    ...(live.role === undefined ? [] : roleFindings(desired, live, live.role)),
    ...policyFindings(desired, live),
    ...extraFindings(desired, live, removeExtras),
  ];
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

function roleFindings(desired: DesiredAccess, { account }: LiveAccess, role: LiveRole): DriftFinding[] {
  const document = readLiveDocument(role.trustPolicy, 'trust');
  const found = meansTheSame(document, desired.role.trustPolicy)
    ? []
    : trustFindings(document, desired, role.name);
  return [
    ...withProblem(found, document.problem, `the trust policy of ${role.name}`),
    ...boundaryFindings(role),
    ...(account !== undefined && !role.arn.endsWith(`:role/${role.name}`)
      ? [
          {
            code: 'role-path',
            level: 'warning',
            resource: role.arn,
            message: `the role lies below a path (${role.arn}); a vendor that may assume role/${role.name.slice(0, 19)}* can't reach it`,
            cure: 'create the role without a path: choose another --role-name',
            curedByPlan: false,
          } as const,
        ]
      : []),
  ];
}

function boundaryFindings({ name, permissionsBoundaryArn }: LiveRole): DriftFinding[] {
  if (permissionsBoundaryArn === undefined) return [];
  return [
    {
      code: 'permissions-boundary',
      level: 'drift',
      resource: name,
      message: `the permissions boundary ${permissionsBoundaryArn} limits the role, whatever its policy allows`,
      cure: `see that it allows s3:PutObject, or remove it: aws iam delete-role-permissions-boundary --role-name ${name}`,
      curedByPlan: false,
    },
  ];
}

function policyFindings(desired: DesiredAccess, live: LiveAccess): DriftFinding[] {
  const { policy } = desired;
  const text = policy.inline
    ? live.role?.inline.find(({ name }) => name === policy.name)?.document
    : live.policy?.document;
  if (text === undefined) return [];
  const document = readLiveDocument(text, 'identity');
  const found = meansTheSame(document, policy.document)
    ? []
    : permissionFindings(document, desired, policy.name);
  return [
    ...withProblem(found, document.problem, `the policy ${policy.name}`),
    ...sharedPolicy(desired, live),
  ];
}

/** A document that is no good by its grammar is called so where nothing else could be said of it, and never crashes. */
function withProblem(
  found: readonly DriftFinding[],
  problem: string | undefined,
  resource: string,
): DriftFinding[] {
  const told = found.filter(({ code }) => !code.startsWith('narrowed-'));
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

function extraFindings(desired: DesiredAccess, live: LiveAccess, removeExtras: boolean): DriftFinding[] {
  const role = desired.role.name;
  const { attached, inline } = extrasOf(desired, live);
  const cure = (call: string): string =>
    removeExtras ? applyCures : `plan with --remove-extras, or: aws iam ${call}`;
  return [
    ...attached.map(({ arn }): DriftFinding => ({
      code: 'extra-attached-policy',
      level: 'drift',
      resource: role,
      message: `the policy ${nameOf(arn)} (${arn}) is attached as well, so the role may do more than deliver`,
      cure: cure(`detach-role-policy --role-name ${role} --policy-arn ${arn}`),
      curedByPlan: removeExtras,
    })),
    ...inline.map(({ name }): DriftFinding => ({
      code: 'extra-inline-policy',
      level: 'drift',
      resource: role,
      message: `the role holds the policy ${name} in itself as well, so it may do more than deliver`,
      cure: cure(`delete-role-policy --role-name ${role} --policy-name ${name}`),
      curedByPlan: removeExtras,
    })),
  ];
}
