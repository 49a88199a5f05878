import type { PlannedChange } from './change.ts';
import type { DesiredAccess } from './desired-access.ts';
import { policyArnOf } from './desired-access.ts';
import type { LiveAccess, LivePolicy } from './live-access.ts';
import { readLiveDocument } from './live-document.ts';
import { compareStatements, meansTheSame } from './statement-difference.ts';

/** IAM keeps so many versions of a managed policy ("IAM and AWS STS quotas"). */
const mostVersions = 5;

/** The calls that make what is into what should be, in the order in which they must be made: holes are closed first. */
export function planChanges(
  desired: DesiredAccess,
  live: LiveAccess,
  removeExtras: boolean,
): PlannedChange[] {
  return [
    ...trustChanges(desired, live),
    ...(desired.policy.inline ? [] : managedPolicyChanges(desired, live)),
    ...roleChanges(desired, live),
    ...(desired.policy.inline ? inlinePolicyChanges(desired, live) : attachmentChanges(desired, live)),
    ...(removeExtras ? removals(desired, live) : []),
  ];
}

/** ARN of the managed policy: as found, else as it will be. */
export function managedPolicyArn(desired: DesiredAccess, live: LiveAccess): string {
  return live.policy?.arn ?? policyArnOf(desired.partition, live.account ?? '', desired.policy.name);
}

/** What hangs on the role beside the policy that should. */
export function extrasOf(desired: DesiredAccess, live: LiveAccess) {
  const { policy } = desired;
  const own = managedPolicyArn(desired, live);
  return {
    attached: (live.role?.attached ?? []).filter(({ arn }) => policy.inline || arn !== own),
    inline: (live.role?.inline ?? []).filter(({ name }) => !policy.inline || name !== policy.name),
  };
}

function trustChanges({ role }: DesiredAccess, live: LiveAccess): PlannedChange[] {
  if (live.role === undefined) return [];
  const document = readLiveDocument(live.role.trustPolicy, 'trust');
  if (meansTheSame(document, role.trustPolicy)) return [];
  return [
    {
      kind: 'update-trust',
      role: role.name,
      before: live.role.trustPolicy,
      after: role.trustPolicy,
      statements: compareStatements(document, role.trustPolicy),
    },
  ];
}

function managedPolicyChanges(desired: DesiredAccess, live: LiveAccess): PlannedChange[] {
  const { name, description, document, tags } = desired.policy;
  const { policy } = live;
  if (policy === undefined)
    return [
      {
        kind: 'create-policy',
        name,
        arn: managedPolicyArn(desired, live),
        description,
        document,
        tags,
      },
    ];
  const current = readLiveDocument(policy.document, 'identity');
  if (meansTheSame(current, document)) return [];
  return [
    ...pruning(policy),
    {
      kind: 'create-policy-version',
      arn: policy.arn,
      before: policy.document,
      after: document,
      statements: compareStatements(current, document),
    },
  ];
}

/** Makes room for a version where there is none: the oldest goes that is not in use. */
function pruning({ arn, versions }: LivePolicy): PlannedChange[] {
  if (versions.length < mostVersions) return [];
  const [oldest] = versions
    .filter(({ isDefault }) => !isDefault)
    .sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));
  if (oldest === undefined) return [];
  const why = `it is the oldest that is not in use, and IAM keeps no more than ${mostVersions}`;
  return [{ kind: 'delete-policy-version', arn, versionId: oldest.id, why }];
}

function roleChanges({ role }: DesiredAccess, live: LiveAccess): PlannedChange[] {
  if (live.role !== undefined) return [];
  const { name, description, trustPolicy, tags } = role;
  return [{ kind: 'create-role', name, description, trustPolicy, tags }];
}

function attachmentChanges(desired: DesiredAccess, live: LiveAccess): PlannedChange[] {
  const arn = managedPolicyArn(desired, live);
  if (live.role?.attached.some((attached) => attached.arn === arn)) return [];
  return [{ kind: 'attach-policy', role: desired.role.name, arn }];
}

function inlinePolicyChanges({ role, policy }: DesiredAccess, live: LiveAccess): PlannedChange[] {
  const before = live.role?.inline.find(({ name }) => name === policy.name)?.document ?? null;
  const current = readLiveDocument(before ?? '{"Statement":[]}', 'identity');
  if (before !== null && meansTheSame(current, policy.document)) return [];
  const statements = compareStatements(current, policy.document);
  return [
    {
      kind: 'put-inline-policy',
      role: role.name,
      name: policy.name,
      before,
      after: policy.document,
      statements,
    },
  ];
}

function removals(desired: DesiredAccess, live: LiveAccess): PlannedChange[] {
  const role = desired.role.name;
  const extras = extrasOf(desired, live);
  return [
    ...extras.attached.map(({ arn }): PlannedChange => ({ kind: 'detach-policy', role, arn })),
    ...extras.inline.map(({ name, document }): PlannedChange => ({
      kind: 'delete-inline-policy',
      role,
      name,
      before: document,
    })),
  ];
}
