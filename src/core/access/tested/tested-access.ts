import type { Layout } from '../../layout/layout.ts';
import { accountOf, nameOf } from '../../setup/answers/arns.ts';
import type { Deliverer } from '../../../ports/state/config-store.ts';
import type { DeliveryHeaders } from '../../setup/answers/answers.ts';
import { storeUrl } from '../../setup/desired/desired-access.ts';
import { profileFlags } from '../../config/profile-flags.ts';
import { probeKey } from '../../setup/delivery/probe-keys.ts';

/** The access that is put to the test: what a profile says, as `push` would use it. */
export interface TestedAccess {
  /** Its name, for the commands that cures name. */
  profile: string | undefined;
  /** The configuration file, where it was named. */
  configFile: string | undefined;
  bucket: string;
  /** Without a slash at either end; '' for the whole bucket. */
  prefix: string;
  region: string | undefined;
  /** The role to deliver through; without one, the credentials at hand deliver. */
  role: { arn: string; externalId: string | undefined } | undefined;
  bucketOwner: string | undefined;
  /** Who delivers; undefined where the profile does not say: then it is this tool, and nothing is planned. */
  deliverer: Deliverer | undefined;
  /** The role is planned so that it can't replace what it has delivered. */
  writeOnce: boolean;
  /** Audit types of the profile; with `all`, those that are known. */
  types: { all: boolean; names: readonly string[] };
  layout: Layout;
  headers: DeliveryHeaders;
  /** The external id that is let in as well, while one takes the place of the other. */
  otherExternalId: string | undefined;
  /** The external id that the set-up was told, whatever the role is assumed with. */
  organizationId?: string | undefined;
  /** The account that the role is meant for. */
  trustedAccountId: string | undefined;
  /** How the permission policy is named, and whether it stands in the role, where that is known. */
  policyName: string | undefined;
  inlinePolicy: boolean;
  kmsKeyArn: string | undefined;
  /** A bucket that the role must not write to. */
  otherBucket: string | undefined;
  /** When role or policy were last changed, in epoch milliseconds, where that is known. */
  changedMs: number | undefined;
}

/** The account in the ARN of the role. */
export function roleAccountOf({ role }: Pick<TestedAccess, 'role'>): string | undefined {
  return accountOf(role?.arn);
}

/** The name at the end of the ARN of the role. */
export function roleNameOf({ role }: Pick<TestedAccess, 'role'>): string | undefined {
  return role === undefined ? undefined : nameOf(role.arn);
}

/** The names that findings are made of. What is not known is said in words. */
export interface Names {
  /** ` --profile acme`, with ` --config FILE` where that was named; or nothing. */
  profileFlag: string;
  bucket: string;
  /** `s3://bucket/prefix/` */
  store: string;
  region: string;
  probeUrl: string;
  roleArn: string;
  roleName: string;
  roleAccount: string;
  trustedAccount: string;
  owner: string;
  caller: string;
  callerAccount: string;
  /** Who delivers: the role, or the credentials at hand. */
  actor: string;
}

/** The names of an access, and of who tests it. */
export function namesOf(access: TestedAccess, caller: { account: string; arn: string } | undefined): Names {
  const { profile, bucket, prefix, region = 'no region', trustedAccountId = 'that it trusts' } = access;
  const callerNames =
    caller === undefined
      ? { caller: 'these credentials', callerAccount: 'unknown' }
      : { caller: caller.arn, callerAccount: caller.account };
  return {
    profileFlag: profile === undefined ? '' : profileFlags(profile, access.configFile),
    bucket,
    store: storeUrl(bucket, prefix),
    region,
    probeUrl: `s3://${bucket}/${probeKey(prefix)}`,
    ...roleNames(access, caller),
    trustedAccount: trustedAccountId,
    owner: access.bucketOwner ?? roleAccountOf(access) ?? caller?.account ?? 'of the role',
    ...callerNames,
  };
}

function roleNames(
  access: TestedAccess,
  caller: { account: string } | undefined,
): Pick<Names, 'roleArn' | 'roleName' | 'roleAccount' | 'actor'> {
  const { role } = access;
  const name = roleNameOf(access);
  if (role === undefined || name === undefined)
    return {
      roleArn: 'no role',
      roleName: 'no role',
      roleAccount: access.bucketOwner ?? caller?.account ?? 'of the bucket',
      actor: 'whoever has these credentials',
    };
  return {
    roleArn: role.arn,
    roleName: name,
    roleAccount: roleAccountOf(access) ?? 'that holds the role',
    actor: `the role ${name}`,
  };
}
