import type { Versioned } from './versioned.ts';

/** What a user or role may do: documents as JSON text. Replaced as a whole with every change. */
export interface Grants {
  /** Inline policies by name. */
  readonly inline: Readonly<Record<string, string>>;
  /** ARNs of attached managed policies, in the order they were attached. */
  readonly attached: readonly string[];
  readonly boundary: string | undefined;
  /** Roles only: who may assume it. */
  readonly trust: string | undefined;
}

/** A user or a role. */
export interface Entity {
  readonly kind: 'user' | 'role';
  readonly account: string;
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  /** `AIDA…` or `AROA…`: never the same again, also not for an entity re-created under its name. */
  readonly uniqueId: string;
  readonly createdAt: number;
  readonly grants: Versioned<Grants>;
  description: string | undefined;
  maxSessionSeconds: number;
  readonly tags: Map<string, string>;
  lastUsedAt: number | undefined;
}

export interface PolicyVersion {
  readonly id: string;
  readonly document: string;
  readonly createdAt: number;
}

export interface ManagedPolicy {
  readonly account: string;
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly uniqueId: string;
  readonly description: string | undefined;
  readonly createdAt: number;
  updatedAt: number;
  /** Oldest first, five at most. */
  versions: readonly PolicyVersion[];
  nextVersion: number;
  readonly defaultVersion: Versioned<PolicyVersion>;
  readonly tags: Map<string, string>;
}

/** Names are kept in their own case and are unique without regard to it. */
export interface Account {
  readonly id: string;
  readonly users: Map<string, Entity>;
  readonly roles: Map<string, Entity>;
  readonly policies: Map<string, ManagedPolicy>;
}

export interface AccessKey {
  readonly id: string;
  readonly secret: string;
  readonly account: string;
  readonly userName: string;
  readonly createdAt: number;
  status: 'Active' | 'Inactive';
}

/** Temporary credentials of an assumed role. */
export interface Session {
  readonly accessKeyId: string;
  readonly secret: string;
  readonly token: string;
  readonly expiresAt: number;
  readonly issuedAt: number;
  readonly account: string;
  readonly roleName: string;
  readonly roleArn: string;
  readonly roleUniqueId: string;
  readonly name: string;
  /** Session policies as JSON text. */
  readonly policies: readonly string[];
}

export interface Directory {
  readonly accounts: Map<string, Account>;
  readonly keys: Map<string, AccessKey>;
  readonly sessions: Map<string, Session>;
}

/** An account without anybody in it. */
export function emptyAccount(id: string): Account {
  return { id, users: new Map(), roles: new Map(), policies: new Map() };
}

/** A user or role by name, in any case. */
export function findEntity(
  directory: Directory,
  kind: Entity['kind'],
  account: string,
  name: string,
): Entity | undefined {
  const owner = directory.accounts.get(account);
  return (kind === 'role' ? owner?.roles : owner?.users)?.get(name.toLowerCase());
}

/** A customer-managed policy by its ARN. */
export function findPolicy(directory: Directory, arn: string): ManagedPolicy | undefined {
  const parsed = /^arn:aws:iam::(\d{12}):policy\/(?:.*\/)?([^/]+)$/.exec(arn);
  const policy = directory.accounts.get(parsed?.[1] ?? '')?.policies.get((parsed?.[2] ?? '').toLowerCase());
  return policy?.arn === arn ? policy : undefined;
}

/** A user or role by its ARN. */
export function findEntityByArn(directory: Directory, arn: string): Entity | undefined {
  const parsed = /^arn:aws:iam::(\d{12}):(user|role)\/(?:.*\/)?([^/]+)$/.exec(arn);
  const [, account = '', kind, name = ''] = parsed ?? [];
  const entity = findEntity(directory, kind === 'role' ? 'role' : 'user', account, name);
  return entity?.arn === arn ? entity : undefined;
}
