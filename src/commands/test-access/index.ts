import type { AccessReport } from '../../core/access/access-report.ts';
import { runProbes } from '../../core/access/run-probes.ts';
import type { ProbePlan } from '../../core/access/run-probes.ts';
import type { TestedAccess } from '../../core/access/tested/tested-access.ts';
import { parseLayout, dayLayout, hourLayout } from '../../core/layout/layout.ts';
import { builtInAuditTypes } from '../../core/setup/answers/answer-rules.ts';
import { probeKey } from '../../core/setup/delivery/probe-keys.ts';
import type { GlobalOptions } from '../../core/config/global-settings.ts';
import type { ChosenProfile } from '../../core/config/parse-config.ts';
import { answersOf } from '../../core/config/profile-answers.ts';
import type { StatePlace } from '../../core/config/destination.ts';
import type { StoreAddress } from '../../core/config/store-address.ts';
import { parseStoreAddress } from '../../core/config/store-address.ts';
import { AuditExportError } from '../../errors.ts';
import { storeSettingsOf } from '../push/plan/store-settings.ts';
import { probesNamed } from './probe-names.ts';
import type { TestAccessOptions } from './settings.ts';
import type { TestAccessHost } from './test-access-host.ts';
import type { Profile } from '../../ports/state/config-store.ts';

/** What `test-access` is asked to do. */
export interface TestAccessRequest {
  options: TestAccessOptions & GlobalOptions;
  profile: ChosenProfile | undefined;
}

/**
 * Tries what the access of a profile can do and what it can't, and keeps the report in the profile's state. Throws
 * `usage`, `missing-answer` and `state-not-written`; what AWS says is in the report.
 */
export async function testAccess(request: TestAccessRequest, host: TestAccessHost): Promise<AccessReport> {
  const { options } = request;
  const plan: ProbePlan = {
    only: probesNamed('only', options.only),
    skip: probesNamed('skip', options.skip),
    noWrite: options.noWrite,
    patienceMs: options.wait,
  };
  const store = bucketOf(options.to, request.profile);
  const destination = await host.destinationOf(store, options.endpointUrl);
  const place: StatePlace = { profile: request.profile, destination };
  const access = await testedAccess(request, { store, changedMs: await host.lastChangeMs(place) }, host);
  const report = await probe(access, plan, { request, host });
  await host.reports(place).save(report);
  return report;
}

async function probe(
  access: TestedAccess,
  plan: ProbePlan,
  { request, host }: { request: TestAccessRequest; host: TestAccessHost },
): Promise<AccessReport> {
  const { bucket, prefix, role, region } = access;
  const settings = storeSettingsOf({ ...request.options, region }, role);
  const prober = await host.openProber(settings, { bucket, prefix, key: probeKey(prefix) });
  try {
    const { clock, sleep, onProbe, onWait, agreeToLock } = host;
    return await runProbes(access, plan, { prober, clock, sleep, onProbe, onWait, agreeToLock });
  } finally {
    await prober.close();
  }
}

async function testedAccess(
  { options, profile }: TestAccessRequest,
  { store, changedMs }: { store: BucketAddress; changedMs: number | undefined },
  host: TestAccessHost,
): Promise<TestedAccess> {
  const { bucket, prefix } = store;
  const known = profile === undefined ? {} : answersOf(profile.profile);
  return {
    profile: profile?.name,
    configFile: options.config,
    bucket,
    prefix,
    region: options.region ?? (await host.ambientRegion()),
    role: roleOf(options, profile?.profile),
    bucketOwner: options.bucketOwner,
    ...plannedFor(profile?.profile),
    ...deliveryOf(options),
    trustedAccountId: options.accountId ?? known.accountId,
    otherBucket: options.otherBucket,
    changedMs,
  };
}

type BucketAddress = Extract<StoreAddress, { kind: 's3' }>;

/** What the set-up has planned for the access. A profile that `init` made without saying so is a vendor's. */
function plannedFor(
  profile: Profile | undefined,
): Pick<
  TestedAccess,
  | 'deliverer'
  | 'writeOnce'
  | 'organizationId'
  | 'otherExternalId'
  | 'policyName'
  | 'inlinePolicy'
  | 'kmsKeyArn'
> {
  const { setup = {}, state } = profile ?? {};
  return {
    deliverer: setup.deliverer ?? (state === undefined ? undefined : 'vendor'),
    writeOnce: setup.writeOnce === true,
    organizationId: setup.organizationId,
    otherExternalId: setup.nextOrganizationId ?? setup.previousOrganizationId,
    policyName: setup.policyName,
    inlinePolicy: setup.inlinePolicy === true,
    kmsKeyArn: setup.kmsKeyArn,
  };
}

/** What is delivered, and how, as far as a policy can tell one delivery from another. */
function deliveryOf(
  options: TestAccessOptions & GlobalOptions,
): Pick<TestedAccess, 'types' | 'layout' | 'headers'> {
  const { types, partition, layout, sse, storageClass, kmsKeyId, acl, tags } = options;
  return {
    types: types === undefined ? { all: true, names: builtInAuditTypes } : { all: false, names: types },
    layout: parseLayout(layout ?? (partition === 'hour' ? hourLayout : dayLayout)),
    headers: { sse, storageClass, kmsKeyId, acl, tags },
  };
}

function bucketOf(to: string | undefined, profile: TestAccessRequest['profile']): BucketAddress {
  if (to === undefined)
    throw new AuditExportError('missing-answer', 'It is not said which access is to be tested.', {
      cure:
        profile === undefined
          ? 'Name a profile with --profile, or add --to s3://BUCKET/PREFIX.'
          : `Finish the set-up of the profile: audit-export init --profile ${profile.name}`,
      details: { missing: '--to' },
    });
  const address = parseStoreAddress(to);
  if (address.kind === 's3') return address;
  throw new AuditExportError('usage', `${to} is a folder: there is no access to test.`, {
    cure: 'Name a bucket: --to s3://BUCKET/PREFIX',
  });
}

function roleOf(
  { roleArn, externalId }: TestAccessOptions,
  profile: Profile | undefined,
): TestedAccess['role'] {
  const stored = profile?.role;
  const arn = roleArn ?? stored?.arn;
  if (arn !== undefined) return { arn, externalId: externalId ?? stored?.externalId };
  if (externalId === undefined) return undefined;
  throw new AuditExportError('usage', '--external-id is the id of a role, and no role is named.', {
    cure: 'Add --role-arn ARN.',
  });
}
