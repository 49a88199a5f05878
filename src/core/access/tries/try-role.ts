import type { Refusal } from '../../../ports/aws/access-prober.ts';
import { nearMisses } from '../../setup/documents/external-ids.ts';
import type { Ascent } from './ascent.ts';
import { readDenial, whichPolicy } from './denial.ts';
import { lookAtBucketPolicy } from './bucket-policy-look.ts';
import { generalOutcome, isMissing } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { roleAccountOf } from '../tested/tested-access.ts';
import { lookAtTrust } from './trust-look.ts';

/** Rung 4: the role, where the credentials are of its account. */
export async function tryRole(ascent: Ascent): Promise<Outcome> {
  const { role } = ascent.access;
  if (role === undefined) return { finding: 'no-role' };
  await ascent.identify();
  if (ascent.isElsewhere)
    return { finding: (await isOutOfPlace(ascent)) ? 'role-of-another-account' : 'role-elsewhere' };
  const tried = await ascent.findRole();
  if (tried.ok)
    return tried.role.arn === role.arn
      ? { finding: 'role-visible', requestId: tried.requestId }
      : {
          finding: ascent.access.deliverer === 'vendor' ? 'role-below-path' : 'role-arn-differs',
          detail: tried.role.arn,
          requestId: tried.requestId,
        };
  const { refusal } = tried;
  if (isMissing(refusal)) return { finding: 'role-missing', refusal };
  return refusal.code === 'access-denied' ? { finding: 'role-hidden', refusal } : generalOutcome(refusal);
}

/** A role of another account than the bucket is meant where the bucket's policy lets it in. */
async function isOutOfPlace(ascent: Ascent): Promise<boolean> {
  const { access, caller } = ascent;
  if (access.bucketOwner !== caller?.account || caller?.account === access.trustedAccountId) return false;
  return (await lookAtBucketPolicy(ascent)).finding === 'bucket-policy-lacks';
}

/** Rung 5: the role, with its external id. */
export async function tryAssumeRole(ascent: Ascent): Promise<Outcome> {
  const { role } = ascent.access;
  if (role === undefined) return { finding: 'no-role' };
  const tried = await ascent.prober.identity.assumeRole(role.externalId);
  if (tried.ok) return { finding: 'role-assumed', requestId: tried.requestId };
  const { refusal } = tried;
  if (refusal.code === 'not-supported') return { finding: 'assume-not-supported', refusal };
  if (refusal.code !== 'access-denied') return generalOutcome(refusal);
  return whyNotAssumed(ascent, refusal);
}

/** AWS says "AccessDenied" for everything: who asks, and the trust policy where it can be read, tell more. */
async function whyNotAssumed(ascent: Ascent, refusal: Refusal): Promise<Outcome> {
  const denial = readDenial(refusal.said);
  const { layer, explicit } = denial;
  if (layer === 'organization' || layer === 'endpoint')
    return { finding: 'assume-denied-outside', detail: whichPolicy(denial), refusal };
  if (['identity', 'boundary', 'session'].includes(layer)) {
    const name = whichPolicy(denial);
    const detail = explicit ? `its ${name} denies it` : `no ${name} allows it`;
    return { finding: 'assume-denied-by-caller', detail, refusal };
  }
  const { caller, trustedAccount } = ascent;
  if (caller !== undefined && trustedAccount !== undefined && caller.account !== trustedAccount)
    return { finding: 'assume-from-elsewhere', refusal };
  const trust = ascent.came('role') === 'role-visible' ? await lookAtTrust(ascent) : undefined;
  return trust?.finding === 'trust-wrong'
    ? { ...trust, finding: 'assume-denied-by-trust', refusal }
    : { finding: 'assume-denied', refusal };
}

/** Rung 6: AWS asks third parties to try this ("The confused deputy problem", IAM User Guide). */
export async function tryWithoutExternalId(ascent: Ascent): Promise<Outcome> {
  const { role } = ascent.access;
  if (role === undefined) return { finding: 'no-role' };
  if (role.externalId === undefined)
    return {
      finding: isWithinOneAccount(ascent) ? 'no-external-id-in-one-account' : 'assumed-without-external-id',
    };
  return refusedOr(ascent, undefined, {
    refused: 'refused-without-external-id',
    assumed: 'assumed-without-external-id',
  });
}

/** Where the server does not say who asks, this tool's own credentials are taken to be of the role's account. */
function isWithinOneAccount({ access, caller }: Ascent): boolean {
  return caller === undefined ? access.deliverer !== 'vendor' : caller.account === roleAccountOf(access);
}

/** Rung 6: an id that the trust policy should not know. */
export async function tryWrongExternalId(ascent: Ascent): Promise<Outcome> {
  const { role } = ascent.access;
  if (role === undefined) return { finding: 'no-role' };
  if (role.externalId === undefined) return { finding: 'no-other-external-id' };
  let outcome: Outcome = { finding: 'no-other-external-id' };
  for (const id of nearMisses(role.externalId)) {
    outcome = await refusedOr(ascent, id, {
      refused: 'refused-with-wrong-external-id',
      assumed: 'assumed-with-wrong-external-id',
    });
    if (outcome.finding !== 'refused-with-wrong-external-id') return { ...outcome, detail: id };
  }
  return outcome;
}

async function refusedOr(
  ascent: Ascent,
  externalId: string | undefined,
  names: {
    refused: 'refused-without-external-id' | 'refused-with-wrong-external-id';
    assumed: 'assumed-without-external-id' | 'assumed-with-wrong-external-id';
  },
): Promise<Outcome> {
  const tried = await ascent.prober.identity.assumeRole(externalId);
  if (tried.ok) return { finding: names.assumed, requestId: tried.requestId };
  const { refusal } = tried;
  return refusal.code === 'access-denied' ? { finding: names.refused, refusal } : generalOutcome(refusal);
}
