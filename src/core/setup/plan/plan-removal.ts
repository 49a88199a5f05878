import type { PlannedChange } from './change.ts';
import { nameOf } from '../answers/arns.ts';
import type { LivePolicy, LiveRole } from '../../../ports/aws/iam-admin.ts';
import type { MadeItem } from './receipt.ts';

/** What there still is of what a receipt lists. */
export interface LiveItems {
  roles: readonly LiveRole[];
  policies: readonly LivePolicy[];
}

/** What `destroy` would do. */
export interface RemovalPlan {
  changes: PlannedChange[];
  /** What the receipt lists but must stay, and why. */
  leftAlone: { item: string; why: string }[];
  /** What the receipt lists and is gone already. */
  gone: MadeItem[];
}

/**
 * The calls that take away what the receipt lists, and nothing else. What was replaced since by another of the same name,
 * or is in use by others, stays.
 */
export function planRemoval(made: readonly MadeItem[], live: LiveItems): RemovalPlan {
  const plan: RemovalPlan = { changes: [], leftAlone: [], gone: [] };
  const foreign = foreignRoles(made, live);
  // Nothing can be deleted while something hangs on it.
  for (const kind of ['attachment', 'inline-policy', 'policy', 'role'] as const) {
    for (const item of made.filter((item) => item.kind === kind)) planItem(item, live, plan, foreign);
  }
  return plan;
}

/** An item in words. */
export function describeItem(item: MadeItem): string {
  switch (item.kind) {
    case 'role':
      return `the role ${item.name}`;
    case 'policy':
      return `the policy ${item.name}`;
    case 'attachment':
      return `the attachment of the policy ${nameOf(item.arn)} to the role ${item.role}`;
    default:
      return `the policy ${item.name} in the role ${item.role}`;
  }
}

/** Names of roles that were deleted and made anew by somebody else: their unique id is another. */
function foreignRoles(made: readonly MadeItem[], { roles }: LiveItems): ReadonlySet<string> {
  const names = made.flatMap((item) => {
    if (item.kind !== 'role' || item.id === null) return [];
    const live = roles.find(({ name }) => name === item.name);
    return live === undefined || live.id === item.id ? [] : [item.name];
  });
  return new Set(names);
}

function planItem(item: MadeItem, live: LiveItems, plan: RemovalPlan, foreign: ReadonlySet<string>): void {
  if (item.kind === 'policy') return planPolicy(item, live, plan);
  const roleName = item.kind === 'role' ? item.name : item.role;
  const role = live.roles.find(({ name }) => name === roleName);
  if (role === undefined) {
    plan.gone.push(item);
    return undefined;
  }
  if (foreign.has(roleName)) {
    plan.leftAlone.push({
      item: describeItem(item),
      why: `the role ${roleName} is another one now: it was deleted and made anew since`,
    });
    return undefined;
  }
  if (item.kind === 'role') return planRole(item.name, role, plan);
  return planHanging(item, role, plan);
}

function planHanging(item: Extract<MadeItem, { role: string }>, role: LiveRole, plan: RemovalPlan): void {
  if (item.kind === 'attachment') {
    if (role.attached.some(({ arn }) => arn === item.arn))
      plan.changes.push({ kind: 'detach-policy', role: item.role, arn: item.arn });
    else plan.gone.push(item);
    return;
  }
  const document = role.inline.find(({ name }) => name === item.name)?.document;
  if (document === undefined) plan.gone.push(item);
  else
    plan.changes.push({
      kind: 'delete-inline-policy',
      role: item.role,
      name: item.name,
      before: document,
    });
}

function planPolicy(
  item: Extract<MadeItem, { kind: 'policy' }>,
  { policies }: LiveItems,
  plan: RemovalPlan,
): void {
  const policy = policies.find(({ arn }) => arn === item.arn);
  if (policy === undefined) {
    plan.gone.push(item);
    return;
  }
  const detached = plan.changes.filter(
    (change) => change.kind === 'detach-policy' && change.arn === item.arn,
  ).length;
  const why = stayingPolicy(policy, item.id, detached);
  if (why !== undefined) {
    plan.leftAlone.push({ item: describeItem(item), why });
    return;
  }
  for (const { id } of policy.versions.filter(({ isDefault }) => !isDefault))
    plan.changes.push({
      kind: 'delete-policy-version',
      arn: item.arn,
      versionId: id,
      why: 'a policy goes only without its older versions',
    });
  plan.changes.push({ kind: 'delete-policy', arn: item.arn });
}

function stayingPolicy(policy: LivePolicy, id: string | null, detached: number): string | undefined {
  if (id !== null && policy.id !== id) return 'it is another one now: it was deleted and made anew since';
  const others = policy.attachments - detached;
  if (others <= 0) return undefined;
  return `it hangs on ${others} other ${others === 1 ? 'identity' : 'identities'}`;
}

function planRole(name: string, role: LiveRole, plan: RemovalPlan): void {
  const removed = new Set(
    plan.changes.flatMap((change) => {
      if (change.kind === 'detach-policy' && change.role === name) return [change.arn];
      return change.kind === 'delete-inline-policy' && change.role === name ? [change.name] : [];
    }),
  );
  const others = [...role.attached.map(({ arn }) => arn), ...role.inline.map(({ name }) => name)].filter(
    (policy) => !removed.has(policy),
  );
  if (others.length === 0) plan.changes.push({ kind: 'delete-role', name });
  else
    plan.leftAlone.push({
      item: `the role ${name}`,
      why: `it holds policies that this tool did not put there: ${others.join(', ')}`,
    });
}
