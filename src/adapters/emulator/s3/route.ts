import { decodePercent, type QueryParameter } from '../wire/wire-request.ts';

/** Which API operation a request asks for, on what. */
export interface S3Target {
  readonly operation: string;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
}

type Level = 'service' | 'bucket' | 'object';
type Row = readonly [method: string, level: Level, subresource: string, operation: string];

/** The first row that fits wins; the sub-resource is a query parameter, '' stands for none. */
const rows: readonly Row[] = [
  ['GET', 'service', '', 'ListBuckets'],
  ...settingRows('encryption', 'BucketEncryption', 'delete'),
  ...settingRows('publicAccessBlock', 'PublicAccessBlock', 'delete'),
  ...settingRows('ownershipControls', 'BucketOwnershipControls', 'delete'),
  ...settingRows('versioning', 'BucketVersioning'),
  ...settingRows('policy', 'BucketPolicy', 'delete'),
  ...settingRows('object-lock', 'ObjectLockConfiguration'),
  ...settingRows('notification', 'BucketNotificationConfiguration'),
  ...settingRows('tagging', 'BucketTagging', 'delete'),
  ...settingRows('lifecycle', 'BucketLifecycleConfiguration', 'delete'),
  ...settingRows('acl', 'BucketAcl'),
  ['GET', 'bucket', 'policyStatus', 'GetBucketPolicyStatus'],
  ['GET', 'bucket', 'location', 'GetBucketLocation'],
  ['GET', 'bucket', 'versions', 'ListObjectVersions'],
  ['GET', 'bucket', 'list-type', 'ListObjectsV2'],
  ['GET', 'bucket', '', 'ListObjects'],
  ['HEAD', 'bucket', '', 'HeadBucket'],
  ['PUT', 'bucket', '', 'CreateBucket'],
  ['DELETE', 'bucket', '', 'DeleteBucket'],
  ['POST', 'bucket', 'delete', 'DeleteObjects'],
  ['GET', 'object', 'tagging', 'GetObjectTagging'],
  ['PUT', 'object', 'tagging', 'PutObjectTagging'],
  ['DELETE', 'object', 'tagging', 'DeleteObjectTagging'],
  ['GET', 'object', 'acl', 'GetObjectAcl'],
  ['PUT', 'object', 'acl', 'PutObjectAcl'],
  ['GET', 'object', 'retention', 'GetObjectRetention'],
  ['PUT', 'object', 'retention', 'PutObjectRetention'],
  ['GET', 'object', 'legal-hold', 'GetObjectLegalHold'],
  ['PUT', 'object', 'legal-hold', 'PutObjectLegalHold'],
  ['GET', 'object', 'attributes', 'GetObjectAttributes'],
  ['GET', 'object', '', 'GetObject'],
  ['HEAD', 'object', '', 'HeadObject'],
  ['PUT', 'object', '', 'PutObject'],
  ['DELETE', 'object', '', 'DeleteObject'],
];

/** What says more of an operation. */
const plain =
  /^(?:x-id|versionId|partNumber|response-.+|prefix|delimiter|marker|key-marker|version-id-marker|start-after|continuation-token|encoding-type|fetch-owner|max-.+|bucket-region|optional-object-attributes|x-amz-.+)$/i;

/**
 * Whether a parameter of the query names an operation, though maybe none that is here: taken for none, a request to delete a
 * bucket's inventory would delete the bucket.
 */
export function isSubresource(name: string): boolean {
  return !plain.test(name);
}

/** Finds bucket and key in host (`bucket.localhost`) or path, and the operation by method and sub-resource. */
export function routeS3(request: {
  readonly method: string;
  readonly path: string;
  readonly query: readonly QueryParameter[];
  readonly headers: ReadonlyMap<string, string>;
}): S3Target {
  const { bucket, key } = place(request.path, hostBucket(request.headers.get('host') ?? ''));
  const level: Level = bucket === undefined ? 'service' : key === undefined ? 'bucket' : 'object';
  const row = rows.find(
    ([method, rowLevel, subresource]) =>
      method === request.method &&
      rowLevel === level &&
      (subresource === ''
        ? !request.query.some(([name]) => isSubresource(name))
        : request.query.some(([name]) => name === subresource)),
  );
  const copies = row?.[3] === 'PutObject' && request.headers.has('x-amz-copy-source');
  return { operation: copies ? 'CopyObject' : (row?.[3] ?? 'Unknown'), bucket, key };
}

/** The bucket named by the host: `bucket.localhost`, `bucket.s3.localhost`, `bucket.s3.eu-west-1.localhost`. */
export function hostBucket(host: string): string | undefined {
  const match = /^(.+?)\.(?:s3(?:\.[a-z0-9-]+)?\.)?localhost(?::\d+)?$/i.exec(host);
  return match === null || /^s3(\.[a-z0-9-]+)?$/i.test(match[1] ?? '') ? undefined : match[1];
}

function place(
  path: string,
  fromHost: string | undefined,
): { bucket: string | undefined; key: string | undefined } {
  const rest = path.slice(1);
  if (fromHost !== undefined) return { bucket: fromHost, key: rest === '' ? undefined : decodePercent(rest) };
  const slash = rest.indexOf('/');
  const [bucket, key] = slash === -1 ? [rest, ''] : [rest.slice(0, slash), rest.slice(slash + 1)];
  return {
    bucket: bucket === '' ? undefined : decodePercent(bucket),
    key: key === '' ? undefined : decodePercent(key),
  };
}

function settingRows(subresource: string, name: string, deletable?: 'delete'): readonly Row[] {
  const rows: Row[] = [
    ['GET', 'bucket', subresource, `Get${name}`],
    ['PUT', 'bucket', subresource, `Put${name}`],
  ];
  if (deletable)
    rows.push([
      'DELETE',
      'bucket',
      subresource,
      `Delete${name.replace('LifecycleConfiguration', 'Lifecycle')}`,
    ]);
  return rows;
}
