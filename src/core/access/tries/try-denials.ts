import type { Refusal, WriteTarget } from '../../../ports/aws/access-prober.ts';
import type { Observations } from './observations.ts';
import { generalOutcome } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { keysBeside, probeKey } from '../../setup/delivery/probe-keys.ts';

/** Rung 11: reading. S3 says 403 as well for an object that is not there, so only one that is there shows anything. */
export async function tryGetDenied(observed: Observations): Promise<Outcome> {
  const tried = await observed.prober.store.read();
  if (tried.ok) return { finding: 'get-allowed', requestId: tried.requestId };
  const { refusal } = tried;
  if (refusal.httpStatus === 404 || (refusal.code === 'access-denied' && observed.put?.ok !== true))
    return { finding: 'get-unclear', refusal };
  return deniedOr(refusal);
}

/** Rung 11: listing. */
export async function tryListDenied(observed: Observations): Promise<Outcome> {
  const tried = await observed.prober.store.list();
  return tried.ok ? { finding: 'list-allowed', requestId: tried.requestId } : deniedOr(tried.refusal);
}

/** Rung 11: writing beside the prefix. */
export async function tryOutsideDenied(observed: Observations): Promise<Outcome> {
  const { access } = observed;
  const { bucket, bucketOwner } = access;
  let denied: Outcome = { finding: 'no-outside' };
  for (const key of keysBeside(access.prefix)) {
    const outcome = await tryWrite(observed, { bucket, key, owner: bucketOwner }, 'outside');
    if (outcome.finding !== 'denied-as-it-should') return outcome;
    denied = outcome;
  }
  return denied;
}

/** Rung 11: writing to another bucket, if one was named that may be tried. */
export async function tryElsewhereDenied(observed: Observations): Promise<Outcome> {
  const { otherBucket } = observed.access;
  if (otherBucket === undefined) return { finding: 'no-other-bucket' };
  const key = probeKey('');
  const outcome = await tryWrite(observed, { bucket: otherBucket, key, owner: undefined }, 'elsewhere');
  const { refusal } = outcome;
  if (refusal?.code === 'no-such-bucket' || refusal?.code === 'wrong-region')
    return { finding: 'other-bucket-unclear', detail: refusal.message.replace(/\.$/, ''), refusal };
  return outcome;
}

async function tryWrite(
  observed: Observations,
  target: WriteTarget,
  where: 'outside' | 'elsewhere',
): Promise<Outcome> {
  const tried = await observed.prober.store.mayPut(target);
  const url = `s3://${target.bucket}/${target.key}`;
  if (!tried.ok) return deniedOr(tried.refusal);
  if (!tried.stored) return { finding: `${where}-allowed`, detail: url, requestId: tried.requestId };
  observed.left.add(url);
  return { finding: `${where}-stored`, detail: url, requestId: tried.requestId };
}

/** Rung 11: deleting, of the probe and of nothing else. */
export async function tryDeleteDenied(observed: Observations): Promise<Outcome> {
  const tried = await observed.prober.store.remove();
  if (!tried.ok) return deniedOr(tried.refusal);
  const { marked, requestId } = tried;
  if (!marked) observed.left.delete(observed.probeUrl);
  return { finding: marked ? 'delete-marked' : 'delete-allowed', requestId };
}

/** A refusal is what is wanted, if it is S3's: KMS is asked only after S3 has allowed it. */
function deniedOr(refusal: Refusal): Outcome {
  switch (refusal.code) {
    case 'access-denied':
      return { finding: 'denied-as-it-should', refusal };
    case 'kms-denied':
    case 'kms-disabled':
      return { finding: 'kms-in-the-way', refusal };
    default:
      return generalOutcome(refusal);
  }
}
