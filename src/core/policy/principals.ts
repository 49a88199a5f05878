import { asList, type PrincipalMap, type Principals } from './language.ts';

/** Who makes the request. */
export interface Caller {
  /**
   * The ARN of the user, session or root user; of a service its principal (`s3.amazonaws.com`), of somebody who is known by
   * an identity provider that provider, of an account by its canonical user id that id.
   */
  arn: string;
  /** Twelve digits; of a caller of no known account, anything. */
  account: string;
  kind: 'root' | 'user' | 'assumed-role' | 'service' | 'anonymous' | 'federated' | 'canonical';
  /** Of an assumed-role session: `arn:aws:iam::ACCOUNT:role/path/NAME`. Without it the path is taken to be `/`. */
  roleArn?: string;
  /** The unique id (`AIDA…`, `AROA…`) of the user or role, which a saved policy may name in place of the ARN. */
  principalId?: string;
}

/** How a policy names the caller: by itself, by its role, by its account, or with everybody else. */
export type Naming = 'itself' | 'role' | 'account' | 'everyone';

/** The member of Principal that names callers who have no ARN. */
const elements: Partial<Record<Caller['kind'], Exclude<keyof PrincipalMap, 'AWS'>>> = {
  service: 'Service',
  federated: 'Federated',
  canonical: 'CanonicalUser',
};

/**
 * Every way in which the element names the caller. Names are compared exactly: "You cannot use a wildcard to match part
 * of a principal name or ARN". Source: IAM User Guide, "AWS JSON policy elements: Principal".
 */
export function namingsOf(principals: Principals, caller: Caller): ReadonlySet<Naming> {
  if (principals === '*') return new Set(['everyone']);
  const named = asList(principals.AWS).map((name) => awsNaming(name, caller));
  const element = elements[caller.kind];
  if (element !== undefined && asList(principals[element]).includes(caller.arn)) named.push('itself');
  return new Set(named.filter((naming) => naming !== undefined));
}

/**
 * Whether NotPrincipal leaves the caller out. It must name every level the caller stands on: the account, the role, and
 * the user or session itself; AWS says that it "might" deny where one is missing, so here it does.
 * Source: IAM User Guide, "AWS JSON policy elements: NotPrincipal".
 */
export function exempts(principals: Principals, caller: Caller): boolean {
  const namings = namingsOf(principals, caller);
  return namings.has('everyone') || levels[caller.kind].every((level) => namings.has(level));
}

const levels: Readonly<Record<Caller['kind'], readonly Naming[]>> = {
  root: ['account'],
  user: ['account', 'itself'],
  'assumed-role': ['account', 'role', 'itself'],
  service: ['itself'],
  federated: ['itself'],
  canonical: ['itself'],
  anonymous: ['everyone'],
};

function awsNaming(name: string, caller: Caller): Naming | undefined {
  if (name === '*') return 'everyone';
  if (caller.kind === 'anonymous' || elements[caller.kind] !== undefined) return undefined;
  if (name === caller.account || name === rootArn(caller)) return 'account';
  if (name === caller.arn) return 'itself';
  const holder = caller.kind === 'user' ? 'itself' : 'role';
  if (name === caller.principalId) return holder;
  return caller.kind === 'assumed-role' && name === roleArnOf(caller) ? 'role' : undefined;
}

function rootArn(caller: Caller): string {
  return `arn:${partitionOf(caller)}:iam::${caller.account}:root`;
}

function roleArnOf(caller: Caller): string {
  const roleName = caller.arn.split('/')[1] ?? '';
  return caller.roleArn ?? `arn:${partitionOf(caller)}:iam::${caller.account}:role/${roleName}`;
}

function partitionOf(caller: Caller): string {
  return caller.arn.split(':')[1] ?? '';
}
