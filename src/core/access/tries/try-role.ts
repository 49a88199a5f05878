import type { Refusal } from '../../../ports/aws/access-prober.ts';
import { nearMisses } from '../../setup/documents/external-ids.ts';
import type { Observations } from './observations.ts';
import { readDenial, whichPolicy } from './denial.ts';
import { lookAtBucketPolicy } from './bucket-policy-look.ts';
import { generalOutcome, isMissing } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { roleAccountOf } from '../tested/tested-access.ts';
import { lookAtTrust } from './trust-look.ts';

/** Rung 4: the role, where the credentials are of its account. */
export async function tryRole(observed: Observations): Promise<Outcome> {
  const { role } = observed.access;
  if (role === undefined) return { finding: 'no-role' };
  await observed.identify();
  if (observed.isElsewhere)
    return { finding: (await isOutOfPlace(observed)) ? 'role-of-another-account' : 'role-elsewhere' };
  const tried = await observed.findRole();
  if (tried.ok)
    return tried.role.arn === role.arn
      ? { finding: 'role-visible', requestId: tried.requestId }
      : {
          finding: observed.access.deliverer === 'vendor' ? 'role-below-path' : 'role-arn-differs',
          detail: tried.role.arn,
          requestId: tried.requestId,
        };
  const { refusal } = tried;
  if (isMissing(refusal)) return { finding: 'role-missing', refusal };
  return refusal.code === 'access-denied' ? { finding: 'role-hidden', refusal } : generalOutcome(refusal);
}

/** A role of another account than the bucket is meant where the bucket's policy lets it in. */
async function isOutOfPlace(observed: Observations): Promise<boolean> {
  const { access, caller } = observed;
  if (access.bucketOwner !== caller?.account || caller?.account === access.trustedAccountId) return false;
  return (await lookAtBucketPolicy(observed)).finding === 'bucket-policy-lacks';
}

/** Rung 5: the role, with its external id. */
export async function tryAssumeRole(observed: Observations): Promise<Outcome> {
  const { role } = observed.access;
  if (role === undefined) return { finding: 'no-role' };
  const tried = await observed.prober.identity.assumeRole(role.externalId);
  if (tried.ok) return { finding: 'role-assumed', requestId: tried.requestId };
  const { refusal } = tried;
  if (refusal.code === 'not-supported') return { finding: 'assume-not-supported', refusal };
  if (refusal.code !== 'access-denied') return generalOutcome(refusal);
  return whyNotAssumed(observed, refusal);
}

/** AWS says "AccessDenied" for everything: who asks, and the trust policy where it can be read, tell more. */
async function whyNotAssumed(observed: Observations, refusal: Refusal): Promise<Outcome> {
  const denial = readDenial(refusal.said);
  const { layer, explicit } = denial;
  if (layer === 'organization' || layer === 'endpoint')
    return { finding: 'assume-denied-outside', detail: whichPolicy(denial), refusal };
  if (['identity', 'boundary', 'session'].includes(layer)) {
    const name = whichPolicy(denial);
    const detail = explicit ? `its ${name} denies it` : `no ${name} allows it`;
    return { finding: 'assume-denied-by-caller', detail, refusal };
  }
  const { caller, trustedAccount } = observed;
  if (caller !== undefined && trustedAccount !== undefined && caller.account !== trustedAccount)
    return { finding: 'assume-from-elsewhere', refusal };
  const trust = observed.came('role') === 'role-visible' ? await lookAtTrust(observed) : undefined;
  return trust?.finding === 'trust-wrong'
    ? { ...trust, finding: 'assume-denied-by-trust', refusal }
    : { finding: 'assume-denied', refusal };
}

/** Rung 6: AWS asks third parties to try this ("The confused deputy problem", IAM User Guide). */
export async function tryWithoutExternalId(observed: Observations): Promise<Outcome> {
  const { role } = observed.access;
  if (role === undefined) return { finding: 'no-role' };
  if (role.externalId === undefined)
    return {
      finding: isWithinOneAccount(observed) ? 'no-external-id-in-one-account' : 'assumed-without-external-id',
    };
  return refusedOr(observed, undefined, {
    refused: 'refused-without-external-id',
    assumed: 'assumed-without-external-id',
  });
}

/** Where the server does not say who asks, this tool's own credentials are taken to be of the role's account. */
function isWithinOneAccount({ access, caller }: Observations): boolean {
  return caller === undefined ? access.deliverer !== 'vendor' : caller.account === roleAccountOf(access);
}

/** Rung 6: an id that the trust policy should not know. */
export async function tryWrongExternalId(observed: Observations): Promise<Outcome> {
  const { role } = observed.access;
  if (role === undefined) return { finding: 'no-role' };
  if (role.externalId === undefined) return { finding: 'no-other-external-id' };
  let outcome: Outcome = { finding: 'no-other-external-id' };
  for (const id of nearMisses(role.externalId)) {
    outcome = await refusedOr(observed, id, {
      refused: 'refused-with-wrong-external-id',
      assumed: 'assumed-with-wrong-external-id',
    });
    if (outcome.finding !== 'refused-with-wrong-external-id') return { ...outcome, detail: id };
  }
  return outcome;
}

async function refusedOr(
  observed: Observations,
  externalId: string | undefined,
  names: {
    refused: 'refused-without-external-id' | 'refused-with-wrong-external-id';
    assumed: 'assumed-without-external-id' | 'assumed-with-wrong-external-id';
  },
): Promise<Outcome> {
  const tried = await observed.prober.identity.assumeRole(externalId);
  if (tried.ok) return { finding: names.assumed, requestId: tried.requestId };
  const { refusal } = tried;
  return refusal.code === 'access-denied' ? { finding: names.refused, refusal } : generalOutcome(refusal);
}
