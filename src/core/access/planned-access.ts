import type { DesiredAccess } from '../setup/desired-access.ts';
import { buildDesiredAccess } from '../setup/desired-access.ts';
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
  const { bucket, prefix, region = '', role, kmsKeyArn } = access;
  const account = roleAccountOf(access);
  return buildDesiredAccess({
    accountId: trustedAccountId,
    organizationId: role?.externalId ?? '',
    bucket,
    region,
    prefix,
    roleName: roleNameOf(access) ?? '',
    policyName: policy.name,
    inlinePolicy: policy.inline,
    types: [],
    ...(kmsKeyArn === undefined ? {} : { kmsKeyArn }),
    ...(account === undefined ? {} : { customerAccountId: account }),
  });
}
