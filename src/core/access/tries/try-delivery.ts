import type { Refusal } from '../../../ports/aws/access-prober.ts';
import type { Observations } from './observations.ts';
import type { Denial } from './denial.ts';
import { readDenial, whichPolicy } from './denial.ts';
import { lookAtBucketPolicy } from './bucket-policy-look.ts';
import type { FindingCode } from '../findings/findings.ts';
import { findings } from '../findings/findings.ts';
import { generalOutcome } from './outcome.ts';
import { mayUseKey } from './permission-look.ts';
import { keyArn } from '../../setup/drift/bucket-key.ts';
import type { Outcome } from './outcome.ts';
import { partitionProbeKey, probeKey } from '../../setup/delivery/probe-keys.ts';

/** Rung 8: the delivery itself, of the tool's own probe and of one where each audit type would lie. */
export async function tryPutObject(observed: Observations): Promise<Outcome> {
  const { access } = observed;
  const put = await observed.prober.store.put(probeKey(access.prefix));
  observed.put = put;
  if (put.ok) observed.left.add(observed.probeUrl);
  const refused: { type: string; refusal: Refusal }[] = [];
  for (const type of access.types.names) {
    const key = partitionProbeKey(access.prefix, access.layout, type);
    const tried = await observed.prober.store.put(key);
    if (tried.ok) observed.left.add(`s3://${access.bucket}/${key}`);
    else refused.push({ type, refusal: tried.refusal });
  }
  if (!put.ok) return whyRefused(observed, put.refusal);
  const [first] = refused;
  if (first === undefined)
    return { finding: put.conditional ? 'put-there-already' : 'put-stored', requestId: put.requestId };
  const { names } = observed;
  const why = await whyRefused(observed, first.refusal);
  const row = findings[why.finding];
  const types = refused.map(({ type }) => type).join(', ');
  return {
    ...why,
    finding: 'put-denied-for-some',
    isSettled: row.waitsFor === undefined,
    detail: `${types}: ${row.says(names, why.detail ?? '')}`,
    cure: why.cure ?? row.cure?.(names, why.detail ?? '') ?? '',
  };
}

async function whyRefused(observed: Observations, refusal: Refusal): Promise<Outcome> {
  switch (refusal.code) {
    case 'access-denied':
      return withCure(observed, whyNotPut(refusal, observed.names.store));
    case 'kms-denied':
    case 'kms-disabled':
      return { finding: 'put-refused-by-kms', refusal };
    case 'acl-not-supported':
      return { finding: 'put-with-acl', refusal };
    case 'not-supported':
      return { finding: 'put-not-supported', detail: refusal.said, refusal };
    default:
      return generalOutcome(refusal);
  }
}

const denials: Readonly<Record<Denial['layer'], FindingCode>> = {
  identity: 'put-denied-by-role',
  session: 'put-denied-by-session',
  resource: 'put-denied-by-bucket',
  boundary: 'put-denied-by-boundary',
  organization: 'put-denied-by-organization',
  endpoint: 'put-denied-by-endpoint',
  trust: 'put-denied',
  unknown: 'put-denied',
};

/** Where the policies can be seen from here, they say what cures it. */
async function withCure(observed: Observations, outcome: Outcome): Promise<Outcome> {
  if (!['put-denied-by-bucket', 'put-denied'].includes(outcome.finding)) return outcome;
  const look = await lookAtBucketPolicy(observed);
  return look.finding.startsWith('bucket-policy') &&
    findings[look.finding].status === 'fail' &&
    look.cure !== undefined
    ? { ...outcome, cure: look.cure }
    : outcome;
}

function whyNotPut(refusal: Refusal, store: string): Outcome {
  const denial = readDenial(refusal.said);
  const { layer, explicit, action = 's3:PutObject' } = denial;
  const what = `${action} below ${store}`;
  const finding = denials[layer];
  if (finding === 'put-denied-by-organization') return { finding, detail: whichPolicy(denial), refusal };
  // No policy of the bucket allows it either, which it need not within one account: the role's is what is missing.
  if (layer === 'resource' && !explicit) return { finding: 'put-denied-by-role', detail: what, refusal };
  // A missing Allow is the rule; of a role, a Deny is worth saying.
  const denied = explicit && layer === 'identity' ? ': a statement denies it' : '';
  return { finding, detail: `${what}${denied}`, refusal };
}

/** Rung 9: the same again, which has to meet 412. */
export async function tryConditionalWrite(observed: Observations): Promise<Outcome> {
  const again = await observed.prober.store.put(probeKey(observed.access.prefix));
  if (!again.ok) return generalOutcome(again.refusal);
  return { finding: again.conditional ? 'condition-kept' : 'condition-ignored', requestId: again.requestId };
}

/** Rung 9: a write that does not ask whether the name is free, with a body that can't be stored. */
export async function tryOverwriteDenied(observed: Observations): Promise<Outcome> {
  const { bucket, bucketOwner, prefix, writeOnce, deliverer } = observed.access;
  if (!writeOnce && deliverer !== 'audit-export') return { finding: 'overwrite-not-planned' };
  const tried = await observed.prober.store.mayPut({
    bucket,
    key: probeKey(prefix),
    owner: bucketOwner,
    replaces: true,
  });
  if (tried.ok)
    return { finding: writeOnce ? 'overwrite-allowed' : 'overwrite-possible', requestId: tried.requestId };
  const { refusal } = tried;
  return refusal.code === 'access-denied'
    ? { finding: 'denied-as-it-should', refusal }
    : generalOutcome(refusal);
}

/** Rung 10: what the delivered object was encrypted with, or who refused the key; before that, what the bucket says. */
export async function tryKms(observed: Observations): Promise<Outcome> {
  const { put } = observed;
  if (put === undefined) return fromLook(observed);
  if (put.ok && put.conditional) return askAgain(observed);
  if (put.ok)
    return put.kmsKey === undefined
      ? { finding: 'kms-not-used' }
      : { finding: 'kms-works', detail: put.kmsKey, requestId: put.requestId };
  return (await refusedByKms(observed, put.refusal)) ?? fromLook(observed);
}

/** The probe was there from before, so nothing was encrypted: whether the key still can be used shows in a refusal only. */
async function askAgain(observed: Observations): Promise<Outcome> {
  const { access } = observed;
  const target = { bucket: access.bucket, key: probeKey(access.prefix), owner: access.bucketOwner };
  const asked = await observed.prober.store.mayPut(target);
  const refused = asked.ok ? undefined : await refusedByKms(observed, asked.refusal);
  return refused ?? fromLook(observed);
}

async function refusedByKms(observed: Observations, refusal: Refusal): Promise<Outcome | undefined> {
  const missing = refusal.awsError === 'KMS.NotFoundException';
  if (refusal.code !== 'kms-disabled' && refusal.code !== 'kms-denied' && !missing) return undefined;
  const key = await keyOf(observed);
  if (refusal.code === 'kms-disabled')
    return { finding: 'kms-disabled', detail: key ?? 'of the bucket', refusal };
  if (missing) return { finding: 'kms-missing', detail: key ?? 'such as the bucket names', refusal };
  return whyNoKey(refusal, key);
}

/** The key that a delivery is encrypted with: the one of the profile, else the bucket's. */
async function keyOf(observed: Observations): Promise<string | undefined> {
  const { headers, kmsKeyArn } = observed.access;
  if (headers.kmsKeyId !== undefined) return headers.kmsKeyId;
  const tried = await observed.look();
  const shown = tried.ok ? tried.look.encryption?.kmsKey : undefined;
  return shown === undefined ? kmsKeyArn : (arnIn(observed, shown) ?? shown);
}

function whyNoKey(refusal: Refusal, key: string | undefined): Outcome {
  const denial = readDenial(refusal.said);
  const { layer, action = 'kms:GenerateDataKey', resource = key } = denial;
  const detail = resource === undefined ? action : `${action} on ${resource}`;
  switch (layer) {
    case 'identity':
    case 'boundary':
    case 'session':
      return { finding: 'kms-denied-to-role', detail, refusal };
    case 'resource':
      return { finding: 'kms-denied-by-key', detail, refusal };
    case 'organization':
    case 'endpoint':
      return { finding: 'kms-denied-outside', detail: `a ${whichPolicy(denial)} denies ${detail}`, refusal };
    default:
      return { finding: 'kms-denied', detail, refusal };
  }
}

/** Nothing was written, or it was there before (412 comes before any encryption): the default encryption has to do. */
async function fromLook(observed: Observations): Promise<Outcome> {
  const tried = await observed.look();
  const encryption = tried.ok ? tried.look.encryption : undefined;
  if (encryption === undefined)
    return { finding: 'kms-untried', detail: 'how the bucket encrypts is not visible from here' };
  const { algorithm, kmsKey } = encryption;
  if (!algorithm.startsWith('aws:kms')) return { finding: 'kms-not-used' };
  const { put, access } = observed;
  // Without a key's name it is the key of S3 in that account, which asks for no right of its own.
  const isPlain = kmsKey === undefined || kmsKey.endsWith('alias/aws/s3');
  if (!isPlain && isUnplanned(access) && put === undefined)
    return unplannedKey(observed, arnIn(observed, kmsKey) ?? kmsKey);
  const key = kmsKey ?? 'the key of S3';
  const why = put?.ok === true ? ', and the probe is there from before' : '';
  return { finding: 'kms-untried', detail: `the bucket encrypts with ${key}${why}` };
}

function isUnplanned({ role, kmsKeyArn }: Observations['access']): boolean {
  return role !== undefined && kmsKeyArn === undefined;
}

/** A key that the set-up does not name: somebody may have given the right on it by hand. */
async function unplannedKey(observed: Observations, key: string): Promise<Outcome> {
  return (await mayUseKey(observed, key)) === true
    ? { finding: 'kms-untried', detail: `the bucket encrypts with ${key}, which the role may use` }
    : { finding: 'kms-not-planned', detail: key };
}

/** A bare id is of the account and region of who writes. */
function arnIn({ access }: Observations, key: string): string | undefined {
  const [, partition = 'aws', , , account = ''] = access.role?.arn.split(':') ?? [];
  return keyArn(key, { partition, region: access.region ?? 'us-east-1', account });
}
