import type { Decision } from '../../policy/authorize.ts';
import type { PolicyDocument } from '../../policy/document.ts';
import type { Delivery, DeliveryRoute } from '../delivery/delivery.ts';
import type { DesiredAccess } from '../desired/desired-access.ts';
import type { KeyRights } from './bucket-key.ts';
import { neededKeys, withSparedKeys } from './bucket-key.ts';
import type { DriftFinding, FindingCode } from './finding.ts';
import { applyCures } from './finding.ts';
import { conditionKeysOf } from '../documents/evaluable.ts';
import type { LiveDocument } from '../documents/live-document.ts';
import type { RolePolicies, RolePolicy } from './role-policies.ts';
import { judgeDeliveries } from '../delivery/judge-deliveries.ts';
import { denialsIn, denialsOf, documentsOf, mayReplace, neededBy, withStatements } from './role-policies.ts';
import { widerRights } from './wider-rights.ts';

/** What the role's own policy should be, and what it is. */
export interface PermissionView {
  desired: DesiredAccess;
  route: DeliveryRoute;
  policies: RolePolicies;
  keys: KeyRights;
}

/**
 * What is wrong with what the role may do, by name: rights beyond delivering, deliveries that are refused or may be, objects
 * that could be replaced. Nothing where only the way of saying it differs.
 */
export function permissionFindings(view: PermissionView): DriftFinding[] {
  const { desired, route, policies } = view;
  const { own } = policies;
  if (own?.document === undefined) return [];
  const finding = findingOn(own.name);
  const than = {
    route,
    wanted: withSparedKeys(desired.policy.document, view.keys),
    denials: denialsOf(policies),
  };
  const { document } = own;
  const wider = document.statements.flatMap((statement) =>
    widerRights(document, statement, than).map(([code, message]) => finding(code, message, statement.label)),
  );
  const { extras, boundary } = policies;
  // A key that is spared has findings of its own: here it counts where something denies it.
  const identity = [
    ...documentsOf([own.document]).map((may) => withSparedKeys(may, view.keys)),
    ...denialsOf({ own: undefined, extras }),
  ];
  const replaceable =
    desired.writeOnce && mayReplace(route, { identity })
      ? [finding('overwrite-allowed', 'it lets the role replace what was delivered')]
      : [];
  const refused = refusals(view, identity, own);
  return [
    ...wider,
    ...refused,
    ...replaceable,
    ...(refused.length > 0 || boundary === undefined ? [] : boundaryFindings(view, identity, boundary)),
  ];
}

function findingOn(resource: string) {
  return (code: FindingCode, message: string, statement?: string): DriftFinding => ({
    code,
    level: 'drift',
    resource,
    ...(statement === undefined ? {} : { statement }),
    message,
    cure: applyCures,
    curedByPlan: true,
  });
}

/** Deliveries, and the keys that they are or should be encrypted with. */
function neededOf({ desired, route, keys }: PermissionView): Delivery[] {
  return neededBy(route, neededKeys(desired, keys));
}

/** What a policy refuses that delivery needs; a statement of another policy that denies it is that policy's. */
function refusals(view: PermissionView, identity: PolicyDocument[], own: RolePolicy): DriftFinding[] {
  const { desired, policies } = view;
  const needed = neededOf(view);
  const judged = judgeDeliveries(needed, { identity });
  const bad = judged.filter(({ verdict }) => verdict !== 'allowed');
  const blamed = new Map<RolePolicy, typeof bad>();
  for (const one of bad) {
    const culprit = culpritOf(one.decision, own, policies.extras);
    blamed.set(culprit, [...(blamed.get(culprit) ?? []), one]);
  }
  return [...blamed].flatMap(([policy, refused]) =>
    policy === own ? ownRefusals(own, refused, needed) : [foreignDenial(desired, policy, refused, needed)],
  );
}

function culpritOf(
  { reason, statement }: Decision,
  own: RolePolicy,
  extras: readonly RolePolicy[],
): RolePolicy {
  if (reason !== 'explicit-deny' || statement === undefined || statement.policy === 0) return own;
  return extras.filter(({ document }) => document !== undefined)[statement.policy - 1] ?? own;
}

type Judged = ReturnType<typeof judgeDeliveries>[number];

function ownRefusals(
  own: RolePolicy,
  refused: readonly Judged[],
  needed: readonly Delivery[],
): DriftFinding[] {
  const finding = findingOn(own.name);
  return byAction(refused).map(([action, some]) => {
    const certain = some.some(({ verdict }) => verdict === 'denied');
    const all = needed.filter(({ request }) => request.action === action);
    const what = describeRefused(action, some, all);
    const keys = certain ? [] : conditionsIn(own.document, some);
    return finding(
      'narrowed-policy',
      certain
        ? `it does not allow ${what}`
        : `whether it allows ${what} depends on ${keys.join(', ') || 'where it comes from'}`,
    );
  });
}

function byAction(refused: readonly Judged[]): [string, Judged[]][] {
  const actions = [...new Set(refused.map(({ request }) => request.action))];
  return actions.map((action) => [action, refused.filter(({ request }) => request.action === action)]);
}

/** `s3:PutObject of query, alert`, or of everything. */
export function describeRefused(
  action: string,
  refused: readonly Delivery[],
  all: readonly Delivery[],
): string {
  const [first] = refused;
  if (action.startsWith('kms:')) return `${action} on ${first?.request.resource ?? 'the key'}`;
  if (refused.length === all.length) return `${action} on what is delivered`;
  const types = [...new Set(refused.map(({ type }) => type))];
  const whole = types.every(
    (type) =>
      refused.filter((one) => one.type === type).length === all.filter((one) => one.type === type).length,
  );
  const some = whole ? '' : `, for instance ${first?.request.resource ?? ''}`;
  return `${action} of ${types.join(', ')}${some}`;
}

function conditionsIn(document: LiveDocument | undefined, refused: readonly Judged[]): string[] {
  const { statement } = refused[0]?.decision ?? {};
  const chosen =
    statement === undefined ? (document?.statements ?? []) : [document?.statements[statement.index]];
  return [
    ...new Set(chosen.flatMap((one) => conditionKeysOf(one?.element['Condition']).map(({ name }) => name))),
  ];
}

function foreignDenial(
  desired: DesiredAccess,
  { name, arn, document }: RolePolicy,
  refused: readonly Judged[],
  needed: readonly Delivery[],
): DriftFinding {
  const role = desired.role.name;
  const certain = refused.some(({ verdict }) => verdict === 'denied');
  const { index } = refused[0]?.decision.statement ?? { index: 0 };
  const label = denialsIn(document)[index]?.label;
  const action = refused[0]?.request.action ?? 's3:PutObject';
  const what = describeRefused(
    action,
    refused,
    needed.filter(({ request }) => request.action === action),
  );
  return {
    code: 'denying-policy',
    level: certain ? 'drift' : 'warning',
    resource: name,
    ...(label === undefined ? {} : { statement: label }),
    message: `it ${certain ? 'denies' : 'may deny'} ${what}`,
    cure: certain
      ? removing(role, { name, arn })
      : `${mayHold} ${arn === undefined ? `aws iam get-role-policy --role-name ${role} --policy-name ${name}` : `aws iam get-policy --policy-arn ${arn}`}`,
    curedByPlan: false,
  };
}

const mayHold = 'see whether it holds where deliveries come from:';

function removing(role: string, { name, arn }: { name: string; arn: string | undefined }): string {
  return arn === undefined
    ? `aws iam delete-role-policy --role-name ${role} --policy-name ${name}`
    : `aws iam detach-role-policy --role-name ${role} --policy-arn ${arn}`;
}

/** A boundary that lets deliveries pass is nobody's concern; one that does not is why nothing arrives. */
function boundaryFindings(
  view: PermissionView,
  identity: PolicyDocument[],
  boundary: LiveDocument,
): DriftFinding[] {
  const needed = neededOf(view);
  const bad = judgeDeliveries(needed, {
    identity,
    boundary: withStatements(boundary, boundary.statements),
  }).filter(({ verdict }) => verdict !== 'allowed');
  const [first] = bad;
  if (first === undefined) return [];
  const { name } = view.desired.role;
  const certain = bad.some(({ verdict }) => verdict === 'denied');
  const { action } = first.request;
  const what = describeRefused(
    action,
    bad.filter(({ request }) => request.action === action),
    needed.filter(({ request }) => request.action === action),
  );
  return [
    {
      code: 'permissions-boundary',
      level: certain ? 'drift' : 'warning',
      resource: name,
      message: `the permissions boundary of the role ${certain ? 'does not allow' : 'may not allow'} ${what}`,
      cure: certain
        ? `aws iam delete-role-permissions-boundary --role-name ${name}`
        : `${mayHold} aws iam get-role --role-name ${name} --query Role.PermissionsBoundary`,
      curedByPlan: false,
    },
  ];
}
