import type { Caller } from '../../policy/authorize.ts';
import type { DeliveryRoute } from '../../setup/delivery/delivery.ts';
import type { DesiredAccess } from '../../setup/desired/desired-access.ts';
import { transportOf } from '../../setup/delivery/delivery.ts';
import { buildDesiredAccess } from '../../setup/desired/desired-access.ts';
import type { TestedAccess } from './tested-access.ts';
import { roleAccountOf, roleNameOf } from './tested-access.ts';

/** The policy that holds the permissions: managed and attached, or in the role itself. */
export interface PolicyPlace {
  name: string;
  inline: boolean;
}

/** Role and policies as `init` would make them for this access: what there is, is compared with them. */
export function plannedAccess(
  access: TestedAccess,
  trustedAccountId: string,
  policy: PolicyPlace,
): DesiredAccess {
  const {
    bucket,
    prefix,
    region = '',
    role,
    kmsKeyArn,
    deliverer,
    writeOnce,
    otherExternalId,
    headers,
  } = access;
  const account = roleAccountOf(access);
  return buildDesiredAccess({
    deliverer: deliverer ?? 'audit-export',
    writeOnce,
    ...(otherExternalId === undefined ? {} : { otherOrganizationId: otherExternalId }),
    accountId: trustedAccountId,
    organizationId: role?.externalId ?? access.organizationId ?? '',
    bucket,
    region,
    prefix,
    roleName: roleNameOf(access) ?? '',
    policyName: policy.name,
    inlinePolicy: policy.inline,
    types: [],
    ...(kmsKeyArn === undefined ? {} : { kmsKeyArn }),
    ...(account === undefined ? {} : { customerAccountId: account }),
    headers,
  });
}

/** What the access would ask of the bucket's policy: who writes, what, with which headers, over which transport. */
export function routeOfAccess(
  access: TestedAccess,
  {
    owner,
    caller,
    roleId,
    nowMs,
    plainHttp,
  }: {
    owner: string | undefined;
    caller: Caller;
    roleId?: string | undefined;
    nowMs: number;
    plainHttp?: string | undefined;
  },
): DeliveryRoute {
  const { bucket, prefix, region = 'us-east-1', deliverer = 'audit-export', types, layout, headers } = access;
  return {
    deliverer,
    partition: caller.arn.split(':')[1] ?? 'aws',
    region,
    bucket,
    prefix,
    owner: owner ?? caller.account,
    caller,
    roleId,
    // A vendor's service does not know the layout of this tool.
    ...(types.all || deliverer === 'vendor' ? {} : { types: types.names }),
    ...(deliverer === 'vendor' ? {} : { layouts: [layout.template] }),
    headers,
    ...transportOf(deliverer, plainHttp),
    nowMs,
  };
}
