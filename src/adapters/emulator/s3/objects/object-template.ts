import { WireError, invalidRequest } from '../../wire/wire-error.ts';
import type { ObjectTemplate, ObjectVersion } from '../buckets/bucket.ts';
import { encryptionFor } from '../buckets/encryption.ts';
import { demandOn, header, type ObjectCall } from '../s3-call.ts';
import { tagsFromHeader } from './tags.ts';
import { newVersionId } from './versions.ts';

const maxKeyBytes = 1024;
const maxMetadataBytes = 2048;
const keptHeaders = new Set([
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
  'x-amz-website-redirect-location',
]);
const storageClasses = new Set([
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'DEEP_ARCHIVE',
  'GLACIER_IR',
]);

/** Everything about a new object but its content, from the headers of the request. Checks the rights the headers need. */
export function objectTemplate(call: ObjectCall): ObjectTemplate {
  const { bucket, key } = call;
  if (Buffer.byteLength(key) > maxKeyBytes) {
    throw new WireError(400, 'KeyTooLongError', 'Your key is too long', {
      fields: { Size: Buffer.byteLength(key), MaxSizeAllowed: maxKeyBytes },
    });
  }
  demandHeaderRights(call);
  checkAcl(call);
  return {
    key,
    versionId: bucket.versioning === 'Enabled' ? newVersionId() : 'null',
    deleteMarker: false,
    headers: storedHeaders(call),
    storageClass: storageClass(call),
    encryption: encryptionFor(call),
    tags: tagsFromHeader(header(call, 'x-amz-tagging')),
    retention: retentionFor(call),
    legalHold: header(call, 'x-amz-object-lock-legal-hold') === 'ON',
  };
}

/** A bucket with Object Lock takes only bodies whose integrity it can check (data with a retention must be right at once). */
export function demandIntegrity(call: ObjectCall, template: ObjectTemplate): void {
  const locked = template.retention !== undefined || template.legalHold;
  const checked = [...call.request.headers.keys()].some(
    (name) => name === 'content-md5' || name.startsWith('x-amz-checksum-') || name === 'x-amz-trailer',
  );
  if (locked && !checked) {
    throw invalidRequest(
      'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters',
    );
  }
}

/** Further rights that headers need beside `s3:PutObject`. */
function demandHeaderRights(call: ObjectCall): void {
  const { bucket, key } = call;
  const needed: Readonly<Record<string, string>> = {
    'x-amz-tagging': 's3:PutObjectTagging',
    'x-amz-acl': 's3:PutObjectAcl',
    'x-amz-object-lock-mode': 's3:PutObjectRetention',
    'x-amz-object-lock-legal-hold': 's3:PutObjectLegalHold',
    // If-Match reads the object's ETag.
    'if-match': 's3:GetObject',
  };
  for (const [name, action] of Object.entries(needed)) {
    if (header(call, name) !== undefined) demandOn(call, action, key);
  }
  const locks = header(call, 'x-amz-object-lock-mode') ?? header(call, 'x-amz-object-lock-legal-hold');
  if (locks !== undefined && bucket.objectLock === undefined) {
    throw invalidRequest('Bucket is missing Object Lock Configuration');
  }
}

/** Buckets whose owner owns every object take no ACL but the one that says so. */
export function checkAcl(call: ObjectCall): void {
  const acl = header(call, 'x-amz-acl');
  const grants = [...call.request.headers.keys()].some((name) => name.startsWith('x-amz-grant-'));
  if (call.bucket.ownership !== 'BucketOwnerEnforced') return;
  if ((acl !== undefined && acl !== 'bucket-owner-full-control') || grants) {
    throw new WireError(400, 'AccessControlListNotSupported', 'The bucket does not allow ACLs');
  }
}

function storedHeaders(call: ObjectCall): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  let metadataBytes = 0;
  for (const [name, value] of call.request.headers) {
    if (name.startsWith('x-amz-meta-'))
      metadataBytes += Buffer.byteLength(name.slice(11)) + Buffer.byteLength(value);
    else if (!keptHeaders.has(name)) continue;
    headers[name] = value;
  }
  if (metadataBytes > maxMetadataBytes) {
    throw new WireError(
      400,
      'MetadataTooLarge',
      'Your metadata headers exceed the maximum allowed metadata size',
      { fields: { Size: metadataBytes, MaxSizeAllowed: maxMetadataBytes } },
    );
  }
  return withoutFraming(headers);
}

/** `aws-chunked` says how the body was sent, not what it is. */
function withoutFraming(headers: Record<string, string>): Record<string, string> {
  const { 'content-encoding': encoding, ...rest } = headers;
  const kept = (encoding ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== 'aws-chunked');
  return kept.length === 0 ? rest : { ...rest, 'content-encoding': kept.join(',') };
}

function storageClass(call: ObjectCall): string {
  const name = header(call, 'x-amz-storage-class') ?? 'STANDARD';
  if (storageClasses.has(name)) return name;
  throw new WireError(400, 'InvalidStorageClass', 'The storage class you specified is not valid', {
    fields: { StorageClassRequested: name },
  });
}

function retentionFor(call: ObjectCall): ObjectVersion['retention'] {
  const mode = header(call, 'x-amz-object-lock-mode');
  const until = header(call, 'x-amz-object-lock-retain-until-date');
  if (mode === undefined && until === undefined) return defaultRetention(call);
  const time = Date.parse(until ?? '');
  if ((mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') || Number.isNaN(time)) {
    throw new WireError(
      400,
      'InvalidArgument',
      'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
    );
  }
  if (time <= call.now) {
    throw new WireError(400, 'InvalidArgument', 'The retain until date must be in the future!');
  }
  return { mode, until: time };
}

function defaultRetention(call: ObjectCall): ObjectVersion['retention'] {
  const { objectLock } = call.bucket;
  if (objectLock?.mode === undefined || objectLock.days === undefined) return undefined;
  return { mode: objectLock.mode, until: call.now + objectLock.days * 86_400_000 };
}
