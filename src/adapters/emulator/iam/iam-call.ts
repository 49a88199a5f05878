import { demand } from '../access/decide.ts';
import {
  findEntity,
  findPolicy,
  type Account,
  type Entity,
  type Grants,
  type ManagedPolicy,
} from '../identity/directory.ts';
import { changeVersioned, valueAt } from '../identity/versioned.ts';
import { constrained, needed, type Constraint, type QueryCall } from '../query/query-call.ts';
import { WireError } from '../wire/wire-error.ts';

const nameOf = (longest: number): Constraint => ({ pattern: /^[\w+=,.@-]+$/, longest });

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const names: Readonly<Record<'RoleName' | 'UserName' | 'PolicyName', Constraint>> = {
  RoleName: nameOf(64),
  UserName: nameOf(64),
  PolicyName: nameOf(128),
};

const paths: Constraint = { pattern: /^(\/|\/[\u0021-\u007E]+\/)$/, longest: 512 };

/** The name a request is about. Throws `WireError` ValidationError. */
export function readName(call: QueryCall, parameter: keyof typeof names): string {
  needed(call, parameter);
  return constrained(call, parameter, names[parameter]) ?? '';
}

/** The path of a new role, user or policy; `/` by default. */
export function readPath(call: QueryCall): string {
  return constrained(call, 'Path', paths) ?? '/';
}

/** The caller's account. */
export function ownAccount(call: QueryCall): Account {
  const account = call.world.directory.accounts.get(call.principal.caller.account);
  if (account === undefined) throw new WireError(403, 'AccessDenied', 'no such account');
  return account;
}

/** Refuses a caller who may not run this operation on the ARN. */
export function demandIam(call: QueryCall, resource: string, context: Record<string, string> = {}): void {
  const { account } = call.principal.caller;
  demand(call, { action: `iam:${call.operation}`, resource, resourceAccount: account, context });
}

/** ARN of something in the caller's account. */
export function iamArn(call: QueryCall, kind: 'role' | 'user' | 'policy', pathAndName: string): string {
  return `arn:aws:iam::${call.principal.caller.account}:${kind}${pathAndName}`;
}

/** The role or user a request names, which the caller may run this operation on. Throws `WireError` NoSuchEntity. */
export function entityNamed(
  call: QueryCall,
  kind: Entity['kind'],
  context: Record<string, string> = {},
): Entity {
  const name = readName(call, kind === 'role' ? 'RoleName' : 'UserName');
  const entity = findEntity(call.world.directory, kind, call.principal.caller.account, name);
  demandIam(call, entity?.arn ?? iamArn(call, kind, `/${name}`), context);
  const visible = entity && valueAt(entity.grants, call.now - call.effects.propagationMs);
  if (entity !== undefined && visible !== undefined) return entity;
  throw noSuchEntity(`The ${kind} with name ${name} cannot be found.`);
}

/** The managed policy a request names, which the caller may run this operation on. Throws `WireError` NoSuchEntity. */
export function policyNamed(call: QueryCall): ManagedPolicy {
  const arn = needed(call, 'PolicyArn');
  demandIam(call, arn);
  return existingPolicy(call, arn);
}

/** A managed policy of the caller's account. Throws `WireError` NoSuchEntity. */
export function existingPolicy(call: QueryCall, arn: string): ManagedPolicy {
  const policy = findPolicy(call.world.directory, arn);
  const visible = policy && valueAt(policy.defaultVersion, call.now - call.effects.propagationMs);
  if (policy !== undefined && visible !== undefined && policy.account === call.principal.caller.account)
    return policy;
  throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
}

/** Changes what a role or user may do. */
export async function changeGrants(call: QueryCall, entity: Entity, change: Partial<Grants>): Promise<void> {
  changeVersioned(entity.grants, { ...entity.grants.current, ...change }, call.now);
  await saved(call);
}

/** Keeps the changes of an operation. */
export async function saved(call: QueryCall): Promise<undefined> {
  await call.world.state.save(call.world);
  return undefined;
}

/** 404: what the request names is not there. */
export function noSuchEntity(message: string): WireError {
  return new WireError(404, 'NoSuchEntity', message);
}

/** 409: the name is taken; names differ by more than case. */
export function entityExists(what: string, name: string): WireError {
  return new WireError(409, 'EntityAlreadyExists', `${what} with name ${name} already exists.`);
}

/** 409: other things hang on it. */
export function deleteConflict(message: string): WireError {
  return new WireError(409, 'DeleteConflict', message);
}

/** 409: a quota is used up. */
export function limitExceeded(message: string): WireError {
  return new WireError(409, 'LimitExceeded', message);
}
