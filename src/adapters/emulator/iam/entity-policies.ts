import type { PolicyHolder } from '../../../core/policy/limits.ts';
import { policyLimits, policySize } from '../../../core/policy/limits.ts';
import type { Entity } from '../identity/directory.ts';
import { needed, type QueryCall, type QueryOperation } from '../query/query-call.ts';
import { encodeDocument, readDocument } from './documents.ts';
import {
  changeGrants,
  entityNamed,
  existingPolicy,
  limitExceeded,
  noSuchEntity,
  readName,
} from './iam-call.ts';
import { pageOfList } from './paging.ts';

const mostAttached = 10;

/** Inline and attached policies: the same for roles and users but for the names. */
export function entityPolicyOperations(kind: Entity['kind']): Record<string, QueryOperation> {
  const Kind = kind === 'role' ? 'Role' : 'User';
  const entity = (call: QueryCall): Entity => entityNamed(call, kind);
  const attachable = (call: QueryCall): Entity => {
    return entityNamed(call, kind, { 'iam:PolicyARN': needed(call, 'PolicyArn') });
  };
  return {
    [`Put${Kind}Policy`]: async (call) => await putInline(call, entity(call)),
    [`Get${Kind}Policy`]: (call) => {
      const found = entity(call);
      const name = readName(call, 'PolicyName');
      return {
        [`${Kind}Name`]: found.name,
        PolicyName: name,
        PolicyDocument: encodeDocument(inlineNamed(found, name)),
      };
    },
    [`Delete${Kind}Policy`]: async (call) => {
      const found = entity(call);
      const name = readName(call, 'PolicyName');
      inlineNamed(found, name);
      const { [name]: _, ...inline } = found.grants.current.inline;
      await changeGrants(call, found, { inline });
      return undefined;
    },
    [`List${Kind}Policies`]: (call) => {
      return pageOfList(call, 'PolicyNames', Object.keys(entity(call).grants.current.inline));
    },
    [`Attach${Kind}Policy`]: async (call) => await attach(call, attachable(call)),
    [`Detach${Kind}Policy`]: async (call) => await detach(call, attachable(call)),
    [`ListAttached${Kind}Policies`]: (call) => {
      const attached = entity(call).grants.current.attached.map((arn) => ({
        PolicyName: arn.slice(arn.lastIndexOf('/') + 1),
        PolicyArn: arn,
      }));
      return pageOfList(call, 'AttachedPolicies', attached);
    },
  };
}

async function putInline(call: QueryCall, entity: Entity): Promise<undefined> {
  const name = readName(call, 'PolicyName');
  const holder: PolicyHolder = entity.kind === 'role' ? 'role-inline' : 'user-inline';
  const inline = { ...entity.grants.current.inline, [name]: readDocument(call, 'PolicyDocument', holder) };
  // The quota is on the sum of all inline policies.
  const size = Object.values(inline).reduce((sum, document) => sum + policySize(document, holder), 0);
  const { most } = policyLimits[holder];
  if (size > most)
    throw limitExceeded(`Maximum policy size of ${most} bytes exceeded for ${entity.kind} ${entity.name}`);
  await changeGrants(call, entity, { inline });
}

async function attach(call: QueryCall, entity: Entity): Promise<undefined> {
  const { arn } = existingPolicy(call, needed(call, 'PolicyArn'));
  const { attached } = entity.grants.current;
  if (attached.includes(arn)) return;
  if (attached.length >= mostAttached) {
    const Kind = entity.kind === 'role' ? 'Role' : 'User';
    throw limitExceeded(`Cannot exceed quota for PoliciesPer${Kind}: ${mostAttached}`);
  }
  await changeGrants(call, entity, { attached: [...attached, arn] });
}

async function detach(call: QueryCall, entity: Entity): Promise<undefined> {
  const arn = needed(call, 'PolicyArn');
  const { attached } = entity.grants.current;
  if (!attached.includes(arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
  await changeGrants(call, entity, { attached: attached.filter((other) => other !== arn) });
}

function inlineNamed(entity: Entity, name: string): string {
  const document = Object.hasOwn(entity.grants.current.inline, name)
    ? entity.grants.current.inline[name]
    : undefined;
  if (document !== undefined) return document;
  throw noSuchEntity(`The ${entity.kind} policy with name ${name} cannot be found.`);
}
