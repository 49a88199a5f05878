import type { BucketGrant, BucketLook } from '../../../ports/aws/bucket-admin.ts';
import type { Observations } from './observations.ts';
import { generalOutcome } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { probeKey } from '../../setup/delivery/probe-keys.ts';

/** Rung 7: the bucket. S3 tells everybody the region of a bucket that exists, also with a refusal. */
export async function tryBucket(observed: Observations): Promise<Outcome> {
  await observed.identify();
  return withLook(observed, ({ existence, region }) => {
    if (existence === 'missing') return { finding: 'bucket-missing' };
    if (existence === 'there') return { finding: 'bucket-there' };
    return { finding: region === undefined ? 'bucket-hidden' : 'bucket-closed' };
  });
}

/** Rung 7: its region. */
export async function tryBucketRegion(observed: Observations): Promise<Outcome> {
  return withLook(observed, ({ region }) => {
    if (region === undefined) return { finding: 'region-unknown' };
    return region === observed.access.region
      ? { finding: 'region-right' }
      : { finding: 'region-wrong', detail: region };
  });
}

/** Rung 7: its owner. A mismatch is a bare 403 ("Verifying bucket ownership", Amazon S3 User Guide), so it is asked twice. */
export async function tryBucketOwner(observed: Observations): Promise<Outcome> {
  return withLook(observed, async ({ ownedByAccount }) => {
    if (ownedByAccount !== undefined) return ownerOutcome(observed, ownedByAccount);
    const { access, owner, permission, hasActor } = observed;
    if (owner === undefined || permission.noWrite || !hasActor) return { finding: 'owner-unknown' };
    const target = { bucket: access.bucket, key: probeKey(access.prefix) };
    const asked = await observed.prober.store.mayPut({ ...target, owner });
    if (asked.ok) return ownerTaken(observed, asked);
    const { refusal } = asked;
    // KMS is asked only after S3 has found the owner right.
    if (refusal.code === 'kms-denied' || refusal.code === 'kms-disabled') return ownerOutcome(observed, true);
    if (refusal.code !== 'access-denied') return generalOutcome(refusal);
    const plain = await observed.prober.store.mayPut({ ...target, owner: undefined });
    if (!plain.ok) return { finding: 'owner-unknown', refusal };
    if (plain.stored) observed.left.add(observed.probeUrl);
    return { finding: 'owner-wrong', refusal };
  });
}

/** A server that takes an owner that can't be right as well does not look. */
async function ownerTaken(
  observed: Observations,
  { stored, requestId }: { stored: boolean; requestId: string | undefined },
): Promise<Outcome> {
  if (stored) observed.left.add(observed.probeUrl);
  const { bucket, prefix } = observed.access;
  const nobody = await observed.prober.store.mayPut({ bucket, key: probeKey(prefix), owner: '000000000000' });
  return nobody.ok
    ? { finding: 'owner-not-checked', requestId }
    : { ...ownerOutcome(observed, true), requestId };
}

function ownerOutcome({ access, owner, caller }: Observations, owned: boolean): Outcome {
  if (!owned) return { finding: 'owner-wrong' };
  // Credentials that deliver by themselves are mostly of the account of the bucket: nothing is taken on trust.
  const named = access.bucketOwner !== undefined || (access.role === undefined && caller?.account === owner);
  return { finding: named ? 'owner-right' : 'owner-not-named' };
}

/** Before rung 8: whether what is written can be deleted again. */
export async function tryObjectLock(observed: Observations): Promise<Outcome> {
  const { noWrite, agreeToLock } = observed.permission;
  return withLook(observed, async ({ objectLock, unseen }) => {
    const why = unseenReason(unseen, 'Object Lock');
    if (why !== undefined) return { finding: 'object-lock-unseen', detail: why };
    if (objectLock?.mode === undefined) return { finding: 'no-object-lock' };
    const lock = `${objectLock.mode} for ${(objectLock.retention ?? 'a while').replace(/^1 (\w+)s$/, '1 $1')}`;
    // Where nobody can deliver, nothing will be written.
    const agreed = noWrite || !observed.hasActor || (await agreeToLock(lock));
    return { finding: agreed ? 'object-lock' : 'object-lock-left-alone', detail: lock };
  });
}

/** Rung 12: Block Public Access of the bucket, and what its ACL gives to others. */
export async function tryPublicAccess(observed: Observations): Promise<Outcome> {
  return withLook(observed, ({ publicAccessBlocked, grants = [], unseen }) => {
    const open = grants.filter(({ to }) => publicAccessBlocked !== true && to.startsWith('anybody'));
    const shared = grants.filter(({ to }) => !to.startsWith('anybody'));
    const wide = [...open, ...shared.filter(({ permission }) => !permission.startsWith('READ'))];
    if (wide.length > 0) return { finding: 'acl-wide', detail: inWords(wide) };
    if (shared.length > 0) return { finding: 'acl-shared', detail: inWords(shared) };
    if (publicAccessBlocked === undefined)
      return {
        finding: 'hidden',
        detail: unseenReason(unseen, 'Block Public Access') ?? 'it was not looked at',
      };
    return { finding: publicAccessBlocked ? 'public-access-blocked' : 'public-access-open' };
  });
}

function inWords(grants: readonly BucketGrant[]): string {
  return grants.map(({ to, permission }) => `${permission} to ${to}`).join(', ');
}

async function withLook(
  observed: Observations,
  judge: (look: BucketLook) => Outcome | Promise<Outcome>,
): Promise<Outcome> {
  const tried = await observed.look();
  return tried.ok ? judge(tried.look) : generalOutcome(tried.refusal);
}

/** The look at a bucket lists what it could not see as `what (why)`. */
function unseenReason(unseen: readonly string[], what: string): string | undefined {
  const entry = unseen.find((text) => text.startsWith(what));
  return entry === undefined ? undefined : entry.slice(what.length).replaceAll(/^ \(|\)$/g, '');
}
