import type { AccessRequest } from '../../policy/authorize.ts';
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

const settingsActions = [
  's3:PutBucketPolicy',
  's3:DeleteBucketPolicy',
  's3:PutLifecycleConfiguration',
  's3:PutBucketAcl',
];

/** Requests about one key of each audit type, keys beside the prefix, and the bucket itself; who delivers is the caller. */
export function bucketRequests(route: DeliveryRoute): BucketRequests {
  const { partition, bucket, prefix } = route;
  const { context, ...request } = requestsOf(route)('', '');
  // Without what only a delivery has.
  const bare = Object.fromEntries(
    Object.entries(context).filter(([key]) => /^aws:(Principal|Resource|userid)/.test(key)),
  );
  const arn = `arn:${partition}:s3:::${bucket}`;
  const on = (actions: readonly string[], resources: readonly string[]): AccessRequest[] =>
    actions.flatMap((action) =>
      resources.map((resource) => ({ ...request, action, resource, context: bare })),
    );
  const lastOfType = new Map(deliveredKeys(route).map(({ type, key }) => [type, key]));
  const beside = keysBeside(prefix).map((key) => `${arn}/${key}`);
  const samples = [...lastOfType.values(), probeKey(prefix)].map((key) => `${arn}/${key}`);
  const objects = [...new Set([...samples, ...beside])];
  return {
    reading: [...on(['s3:GetObject', 's3:GetObjectVersion'], objects), ...on(['s3:ListBucket'], [arn])],
    changing: [
      ...on(['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:PutObjectAcl'], objects),
      ...on(settingsActions, [arn]),
    ],
    writing: on(['s3:PutObject'], objects),
    writingBeside: on(['s3:PutObject'], beside),
  };
}
