import type { PolicyDocument, Statement } from '../../policy/document.ts';
import { asList } from '../../policy/language.ts';
import type { PlannedChange } from './change.ts';
import type { DesiredAccess } from '../desired/desired-access.ts';
import { externalIdsOf } from '../desired/desired-access.ts';
import type { Extra } from '../drift/extra-findings.ts';
import type { Drift } from '../drift/find-drift.ts';
import type { LiveAccess, LivePolicy } from '../../../ports/aws/iam-admin.ts';
import type { LiveDocument } from '../documents/live-document.ts';
import { readLiveDocument } from '../documents/live-document.ts';
import { managedPolicyArn } from '../desired/managed-policy-arn.ts';
import { judgeDeliveries } from '../delivery/judge-deliveries.ts';
import { sparedStatements, withStatements as withMore } from '../drift/bucket-key.ts';
import { denialsIn, neededBy, routeOf, withStatements } from '../drift/role-policies.ts';
import { compareStatements } from '../documents/statement-difference.ts';
import { asTrusted } from '../drift/trust-question.ts';

/** IAM keeps so many versions of a managed policy ("IAM and AWS STS quotas"). */
const mostVersions = 5;

/** The calls that make what is into what should be, in the order in which they must be made: holes are closed first. */
export function planChanges(
  desired: DesiredAccess,
  live: LiveAccess,
  { drift, removeExtras }: { drift: Drift; removeExtras: boolean },
): PlannedChange[] {
  return [
    ...trustChanges(desired, live, drift),
    ...(desired.policy.inline ? [] : managedPolicyChanges(desired, live, drift)),
    ...roleChanges(desired, live),
    ...(desired.policy.inline ? inlinePolicyChanges(desired, live, drift) : attachmentChanges(desired, live)),
    ...(removeExtras ? drift.extras.flatMap((extra) => removal(desired.role.name, extra, drift)) : []),
  ];
}

function trustChanges(desired: DesiredAccess, live: LiveAccess, { trustDiffers }: Drift): PlannedChange[] {
  const { role } = desired;
  if (live.role === undefined || !trustDiffers) return [];
  const document = readLiveDocument(live.role.trustPolicy, 'trust');
  const after = withDenials(document, role.trustPolicy, (statements) =>
    externalIdsOf(desired).every(
      (id) =>
        asTrusted(readLiveDocument(JSON.stringify(statements), 'trust'), desired, id).verdict === 'allowed',
    ),
  );
  return [
    {
      kind: 'update-trust',
      role: role.name,
      before: live.role.trustPolicy,
      after,
      statements: compareStatements(document, after),
    },
  ];
}

/** The document that should be, with what the live one denies and does no harm: a Deny may be somebody's lock. */
function withDenials(
  live: LiveDocument,
  desired: PolicyDocument,
  works: (document: PolicyDocument) => boolean,
): PolicyDocument {
  if (live.problem !== undefined) return desired;
  let kept = desired;
  for (const { element } of denialsIn(live)) {
    const one = readLiveDocument(JSON.stringify({ Statement: element }), 'identity');
    if (compareStatements(one, kept).some(({ change }) => change === 'keep')) continue;
    const more = withMore(kept, [element as unknown as Statement]);
    if (works(more)) kept = more;
  }
  return kept;
}

/** A right on a key that deliveries need or may need stays, although the set-up does not name the key. */
function withKeptKeys(document: PolicyDocument, live: LiveDocument, { keys }: Drift): PolicyDocument {
  return withMore(document, sparedStatements(live, keys));
}

function deliveryWorks(desired: DesiredAccess, live: LiveAccess, { nowMs }: Drift) {
  const needed = neededBy(routeOf(desired, live, nowMs), asList(desired.kmsKeyArn));
  return (document: PolicyDocument): boolean =>
    judgeDeliveries(needed, { identity: [document] }).every(({ verdict }) => verdict === 'allowed');
}

function managedPolicyChanges(desired: DesiredAccess, live: LiveAccess, drift: Drift): PlannedChange[] {
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
  if (!drift.policyDiffers) return [];
  const current = readLiveDocument(policy.document, 'identity');
  const wanted = withKeptKeys(document, current, drift);
  const after = withDenials(current, wanted, deliveryWorks(desired, live, drift));
  return [
    ...pruning(policy),
    {
      kind: 'create-policy-version',
      arn: policy.arn,
      before: policy.document,
      after,
      statements: compareStatements(current, after),
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

function inlinePolicyChanges(desired: DesiredAccess, live: LiveAccess, drift: Drift): PlannedChange[] {
  const { role, policy } = desired;
  const before = live.role?.inline.find(({ name }) => name === policy.name)?.document ?? null;
  if (before !== null && !drift.policyDiffers) return [];
  const current = readLiveDocument(before ?? '{"Statement":[]}', 'identity');
  const after =
    before === null
      ? policy.document
      : withDenials(
          current,
          withKeptKeys(policy.document, current, drift),
          deliveryWorks(desired, live, drift),
        );
  const statements = compareStatements(current, after);
  return [{ kind: 'put-inline-policy', role: role.name, name: policy.name, before, after, statements }];
}

/**
 * Takes away what an extra allows. What it denies stays: without it, stolen sessions that were locked out come back; and so
 * does a right on a key without which nothing could be written.
 */
function removal(role: string, { name, arn, document, wider }: Extra, { keys }: Drift): PlannedChange[] {
  const allows = document?.statements.some(({ element }) => element['Effect'] === 'Allow') ?? true;
  const spared = sparedStatements(document, keys);
  if (!wider && (!allows || spared.length > 0)) return [];
  const denials = denialsIn(document);
  const after =
    document === undefined || denials.length + spared.length === 0
      ? undefined
      : withMore({ Version: '2012-10-17', ...withStatements(document, denials) }, spared);
  if (arn === undefined)
    return after === undefined
      ? [{ kind: 'delete-inline-policy', role, name, before: textOf(document) }]
      : [putKept({ role, name, before: textOf(document) }, document, after)];
  return [
    ...(after === undefined
      ? []
      : [putKept({ role, name: `${name}-kept`.slice(-128), before: null }, document, after)]),
    { kind: 'detach-policy', role, arn },
  ];
}

function putKept(
  where: { role: string; name: string; before: string | null },
  document: LiveDocument | undefined,
  after: PolicyDocument,
): PlannedChange {
  const current = document ?? readLiveDocument('{"Statement":[]}', 'identity');
  return { kind: 'put-inline-policy', ...where, after, statements: compareStatements(current, after) };
}

function textOf(document: LiveDocument | undefined): string {
  return document?.text ?? '';
}
