import { accountOf, nameOf } from '../setup/answers/arns.ts';
import type { SetupAnswers, DeliveryHeaders } from '../setup/answers/answers.ts';
import { storeUrl } from '../setup/desired/desired-access.ts';
import type { Profile, ProfileSetup } from '../../ports/state/config-store.ts';
import { parseStoreAddress } from './store-address.ts';

/** As many answers as there are. */
export type KnownAnswers = { -readonly [K in keyof SetupAnswers]?: SetupAnswers[K] | undefined };

/**
 * The answers that a profile holds. Bucket and prefix stand in `to`, region and types have members of their own; only
 * the rest is kept in `setup`, so that nothing is said twice.
 */
export function answersOf(profile: Profile): KnownAnswers {
  const { setup = {}, region, types, role } = profile;
  const { bucket, prefix } = storeOf(profile) ?? setup;
  return withoutMissing({
    deliverer: setup.deliverer,
    writeOnce: setup.writeOnce,
    otherOrganizationId: otherIdOf(setup),
    accountId: setup.accountId,
    organizationId: setup.organizationId ?? role?.externalId,
    bucket,
    prefix,
    region,
    types: types === undefined ? allTypes(profile) : [...types],
    roleName: setup.roleName ?? roleNameIn(role),
    policyName: setup.policyName,
    kmsKeyArn: setup.kmsKeyArn,
    inlinePolicy: setup.inlinePolicy,
    customerAccountId: setup.customerAccountId ?? accountOf(role?.arn),
    headers: headersOf(profile),
  });
}

/** What each PUT of this tool carries; what a vendor's service sends, the profile does not say. */
function headersOf({ setup, sse, kmsKeyId, storageClass, acl, tags }: Profile): DeliveryHeaders | undefined {
  const headers = withoutMissing({ sse, kmsKeyId, storageClass, acl, tags });
  return setup?.deliverer !== 'audit-export' || Object.keys(headers).length === 0 ? undefined : headers;
}

function otherIdOf({
  nextOrganizationId: next,
  previousOrganizationId: previous,
}: ProfileSetup): string | undefined {
  return next ?? previous;
}

function roleNameIn(role: Profile['role']): string | undefined {
  return role === undefined ? undefined : nameOf(role.arn);
}

/** No list is all types; a draft without one was not asked yet. */
function allTypes({ setup, state }: Profile): 'all' | undefined {
  return setup?.types ?? (state === 'draft' || setup === undefined ? undefined : 'all');
}

/** The profile as a draft with these answers; settings that have nothing to do with the set-up stay as they are. */
export function draftWith(profile: Profile | undefined, answers: KnownAnswers): Profile {
  const {
    to: _to,
    role: _role,
    setup: _setup,
    state: _state,
    bucketOwner: _owner,
    types: _types,
    ...others
  } = profile ?? {};
  const { bucket, prefix, region, types, ...rest } = answers;
  const whole = bucket !== undefined && prefix !== undefined;
  const setup: ProfileSetup = withoutMissing({
    deliverer: rest.deliverer,
    writeOnce: rest.writeOnce,
    types: types === 'all' ? types : undefined,
    nextOrganizationId: profile?.setup?.nextOrganizationId,
    previousOrganizationId: profile?.setup?.previousOrganizationId,
    accountId: rest.accountId,
    organizationId: rest.organizationId,
    ...(whole ? {} : { bucket, prefix }),
    roleName: rest.roleName,
    policyName: rest.policyName,
    kmsKeyArn: rest.kmsKeyArn,
    inlinePolicy: rest.inlinePolicy === true ? true : undefined,
    customerAccountId: rest.customerAccountId,
  });
  return {
    state: 'draft',
    ...(whole ? { to: storeUrl(bucket, prefix).replace(/\/$/, '') } : {}),
    ...others,
    ...withoutMissing({ region, types: types === 'all' ? undefined : types }),
    setup,
  };
}

/** What the set-up made of a draft: role and policy are there, in this account. */
export function appliedWith(
  draft: Profile,
  made: { roleArn: string; externalId: string; bucketOwner: string | undefined },
): Profile {
  const { state: _state, to, bucketOwner: _owner, role: _role, setup, ...others } = draft;
  return {
    state: 'applied',
    ...(to === undefined ? {} : { to }),
    ...others,
    ...(made.bucketOwner === undefined ? {} : { bucketOwner: made.bucketOwner }),
    role: { arn: made.roleArn, externalId: made.externalId },
    ...(setup === undefined ? {} : { setup }),
  };
}

function storeOf({ to }: Profile): { bucket: string; prefix: string } | undefined {
  if (to === undefined) return undefined;
  const address = parseStoreAddress(to);
  return address.kind === 's3' ? address : undefined;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutMissing<T extends object>(members: T): Defined<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>;
}
