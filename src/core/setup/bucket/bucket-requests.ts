import type { AccessRequest } from '../../policy/authorize.ts';
import type { PolicyDocument } from '../../policy/document.ts';
import { asList } from '../../policy/language.ts';
import { namesAction } from '../../policy/statements.ts';
import type { DeliveryRoute } from '../delivery/delivery.ts';
import { deliveredKeys, requestsOf } from '../delivery/delivery.ts';
import { keysBeside, probeKey } from '../delivery/probe-keys.ts';

/** What somebody might ask of the bucket that is no delivery, by what it comes to. */
export interface BucketRequests {
  reading: AccessRequest[];
  changing: AccessRequest[];
  writing: AccessRequest[];
  writingBeside: AccessRequest[];
}

/**
 * What shows what was delivered, takes it away, or decides who may. Source: Service Authorization Reference, "Actions,
 * resources, and condition keys for Amazon S3".
 */
const actions = {
  readingObjects: ['GetObject', 'GetObjectVersion', 'GetObjectTorrent', 'GetObjectAttributes'],
  listing: ['ListBucket', 'ListBucketVersions', 'ListBucketMultipartUploads'],
  changingObjects: [
    'DeleteObject',
    'DeleteObjectVersion',
    'PutObjectAcl',
    'PutObjectVersionAcl',
    'PutObjectTagging',
    'DeleteObjectTagging',
    'PutObjectRetention',
    'PutObjectLegalHold',
    'BypassGovernanceRetention',
    'ReplicateObject',
    'ReplicateDelete',
  ],
  changingSettings: [
    'PutBucketPolicy',
    'DeleteBucketPolicy',
    'PutLifecycleConfiguration',
    'PutBucketAcl',
    'DeleteBucket',
    'PutBucketPublicAccessBlock',
    'PutBucketOwnershipControls',
    'PutBucketVersioning',
    'PutBucketObjectLockConfiguration',
    'PutEncryptionConfiguration',
    'PutReplicationConfiguration',
    'PutInventoryConfiguration',
    'PutBucketNotification',
    'PutBucketLogging',
    'PutBucketRequestPayment',
  ],
};

/**
 * Requests about one key of each audit type, keys beside the prefix, and the bucket itself; who delivers is the caller. Only
 * about what the policy allows anybody: the rest it allows nobody.
 */
export function bucketRequests(route: DeliveryRoute, policy: PolicyDocument): BucketRequests {
  const allows = asList(policy.Statement).filter(({ Effect: effect }) => effect === 'Allow');
  const { partition, bucket, prefix } = route;
  const { context, ...request } = requestsOf(route)('', '');
  // Without what only a delivery has.
  const bare = Object.fromEntries(
    Object.entries(context).filter(([key]) => /^aws:(Principal|Resource|userid)/.test(key)),
  );
  const arn = `arn:${partition}:s3:::${bucket}`;
  const on = (names: readonly string[], resources: readonly string[]): AccessRequest[] =>
    names
      .map((name) => `s3:${name}`)
      .filter((action) => allows.some((statement) => namesAction(statement, action)))
      .flatMap((action) => resources.map((resource) => ({ ...request, action, resource, context: bare })));
  const lastOfType = new Map(deliveredKeys(route).map(({ type, key }) => [type, key]));
  const beside = keysBeside(prefix).map((key) => `${arn}/${key}`);
  const samples = [...lastOfType.values(), probeKey(prefix)].map((key) => `${arn}/${key}`);
  const objects = [...new Set([...samples, ...beside])];
  return {
    reading: [...on(actions.readingObjects, objects), ...on(actions.listing, [arn])],
    changing: [...on(actions.changingObjects, objects), ...on(actions.changingSettings, [arn])],
    writing: on(['PutObject'], objects),
    writingBeside: on(['PutObject'], beside),
  };
}
