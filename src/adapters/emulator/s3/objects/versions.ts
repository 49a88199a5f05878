import { randomBytes } from 'node:crypto';
import { WireError } from '../../wire/wire-error.ts';
import { queryValue } from '../../wire/wire-request.ts';
import { currentVersion, type Bucket, type ObjectVersion } from '../buckets/bucket.ts';
import { mayOn, type BucketCall, type ObjectCall } from '../s3-call.ts';

/** An id for a version, opaque as S3's. */
export function newVersionId(): string {
  return randomBytes(24).toString('base64url');
}

/** Puts a new version in front, and drops the one it replaces. Answers with the blobs that are no longer needed. */
export function addVersion(bucket: Bucket, version: ObjectVersion): readonly string[] {
  const before = bucket.objects.get(version.key) ?? [];
  const kept = before.filter((other) => other.versionId !== version.versionId);
  if (before.length === 0) bucket.sortedKeys = undefined;
  bucket.objects.set(version.key, [version, ...kept]);
  return blobsOf(before.filter((other) => !kept.includes(other)));
}

/** Takes one version away. Answers with the blobs that are no longer needed. */
export function removeVersion(bucket: Bucket, version: ObjectVersion): readonly string[] {
  const kept = (bucket.objects.get(version.key) ?? []).filter((other) => other !== version);
  if (kept.length === 0) {
    bucket.sortedKeys = undefined;
    bucket.objects.delete(version.key);
  } else bucket.objects.set(version.key, kept);
  return blobsOf([version]);
}

/** Keeps what is now known of a key, and lets go of blobs nobody reads any more. */
export async function persistKey(call: ObjectCall, unused: readonly string[] = []): Promise<void> {
  const { bucket, key, world } = call;
  await world.state.saveObject(bucket.name, key, bucket.objects.get(key) ?? []);
  for (const blob of unused) await world.blobs.delete(blob);
}

/** The version that the request is about. Throws `WireError` NoSuchKey or NoSuchVersion, or AccessDenied for those who may not know. */
export function versionNamed(call: ObjectCall): ObjectVersion {
  const versionId = queryValue(call.request, 'versionId');
  if (versionId === undefined) {
    const version = currentVersion(call.bucket, call.key);
    if (version === undefined) throw missing(call);
    return version;
  }
  const version = findVersion(call.bucket, call.key, versionId);
  if (version === undefined) {
    throw new WireError(404, 'NoSuchVersion', 'The specified version does not exist.', {
      fields: { Key: call.key, VersionId: versionId },
    });
  }
  if (version.deleteMarker) {
    throw new WireError(
      405,
      'MethodNotAllowed',
      'The specified method is not allowed against this resource.',
      {
        fields: { Method: call.request.method, ResourceType: 'DeleteMarker' },
        headers: { 'x-amz-delete-marker': 'true', allow: 'DELETE' },
      },
    );
  }
  return version;
}

/** A version by its id. */
export function findVersion(bucket: Bucket, key: string, versionId: string): ObjectVersion | undefined {
  return bucket.objects.get(key)?.find((version) => version.versionId === versionId);
}

/** The headers that tell a version. */
export function versionHeaders(call: BucketCall, versionId: string): Record<string, string> {
  return call.bucket.versioning === undefined ? {} : { 'x-amz-version-id': versionId };
}

/** Who may not list the bucket is not told that a key is missing. */
function missing(call: ObjectCall): WireError {
  if (!mayOn(call, 's3:ListBucket')) return new WireError(403, 'AccessDenied', 'Access Denied');
  const hidden = call.bucket.objects.get(call.key)?.[0];
  return new WireError(404, 'NoSuchKey', 'The specified key does not exist.', {
    fields: { Key: call.key },
    ...(hidden && { headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': hidden.versionId } }),
  });
}

function blobsOf(versions: readonly ObjectVersion[]): readonly string[] {
  return versions.flatMap(({ blob }) => blob ?? []);
}
