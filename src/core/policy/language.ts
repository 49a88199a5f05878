/** The AWS JSON policy language as types. Source: IAM User Guide, "Grammar of the IAM JSON policy language". */

export type OneOrMany<T> = T | readonly T[];

/** What a policy hangs on: an identity (or boundary, or session), a resource such as a bucket or a key, or a role's trust. */
export type PolicyKind = 'identity' | 'resource' | 'trust';

export type PrincipalMap = Partial<
  Record<'AWS' | 'Federated' | 'Service' | 'CanonicalUser', OneOrMany<string>>
>;
export type Principals = '*' | PrincipalMap;

/** Operator → context key → the values it is tested against. */
export type ConditionBlock = Readonly<
  Record<string, Readonly<Record<string, OneOrMany<string | number | boolean>>>>
>;

export interface Statement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Principal?: Principals;
  NotPrincipal?: Principals;
  Action?: OneOrMany<string>;
  NotAction?: OneOrMany<string>;
  Resource?: OneOrMany<string>;
  NotResource?: OneOrMany<string>;
  Condition?: ConditionBlock;
}

export interface PolicyDocument {
  Version?: string;
  Id?: string;
  Statement: Statement | Statement[];
}

/** A document that AWS would refuse as malformed; `reason` says where and why, in one sentence. */
export class PolicyDocumentError extends Error {
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(`malformed policy document: ${reason}`, options);
    this.name = 'PolicyDocumentError';
    this.reason = reason;
  }
}

/** The grammar lets a list of one stand without its brackets; this puts them back. */
export function asList<T>(value: OneOrMany<T> | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
