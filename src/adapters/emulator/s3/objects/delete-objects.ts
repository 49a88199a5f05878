import { xmlReply, type Reply } from '../../wire/reply.ts';
import { accessDenied, WireError } from '../../wire/wire-error.ts';
import { queryValue } from '../../wire/wire-request.ts';
import { childrenNamed, textAt } from '../../xml/read-xml.ts';
import { writeXml, type XmlValue } from '../../xml/write-xml.ts';
import type { ObjectVersion } from '../buckets/bucket.ts';
import { markOvertaken } from './commit-object.ts';
import { announce } from '../buckets/notifications.ts';
import {
  demandOn,
  header,
  malformedXml,
  receiveXml,
  s3Namespace,
  type BucketCall,
  type ObjectCall,
} from '../s3-call.ts';
import { addVersion, findVersion, newVersionId, persistKey, removeVersion } from './versions.ts';

const mostKeys = 1000;

interface Deleted {
  readonly marker: boolean;
  readonly versionId: string | undefined;
}

export async function deleteObject(call: ObjectCall): Promise<Reply> {
  const versionId = queryValue(call.request, 'versionId');
  if (versionId !== undefined) demandOn(call, 's3:DeleteObjectVersion', call.key);
  const deleted = await removeKey(call, versionId);
  return {
    status: 204,
    headers: {
      ...(deleted.marker && { 'x-amz-delete-marker': 'true' }),
      ...(deleted.versionId !== undefined && { 'x-amz-version-id': deleted.versionId }),
    },
  };
}

/** Up to 1,000 keys in one request; each is authorised for itself, and failures stand in the reply. */
export async function deleteObjects(call: BucketCall): Promise<Reply> {
  const { element } = await receiveXml(call, 'Delete');
  const objects = childrenNamed(element, 'Object');
  if (objects.length === 0 || objects.length > mostKeys) throw malformedXml();
  const quiet = textAt(element, 'Quiet') === 'true';
  const done: XmlValue[] = [];
  const failed: XmlValue[] = [];
  for (const object of objects) {
    const Key = object.children.find((child) => child.name === 'Key')?.text ?? '';
    const VersionId = textAt(object, 'VersionId');
    try {
      demandOn(call, VersionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion', Key);
      const deleted = await removeKey({ ...call, key: Key }, VersionId);
      done.push({
        Key,
        VersionId,
        DeleteMarker: deleted.marker || undefined,
        DeleteMarkerVersionId: deleted.marker ? deleted.versionId : undefined,
      });
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      failed.push({ Key, VersionId, Code: error.code, Message: error.message });
    }
  }
  return xmlReply(
    writeXml('DeleteResult', { Deleted: quiet ? undefined : done, Error: failed }, s3Namespace),
  );
}

async function removeKey(call: ObjectCall, versionId: string | undefined): Promise<Deleted> {
  markOvertaken(call);
  return versionId === undefined ? await hideKey(call) : await removeOne(call, versionId);
}

async function removeOne(call: ObjectCall, versionId: string): Promise<Deleted> {
  const version = findVersion(call.bucket, call.key, versionId);
  if (version === undefined) return { marker: false, versionId };
  checkLock(call, version);
  await persistKey(call, removeVersion(call.bucket, version));
  announce(call, { name: 'ObjectRemoved:Delete', version });
  return { marker: version.deleteMarker, versionId };
}

async function hideKey(call: ObjectCall): Promise<Deleted> {
  const { bucket, key } = call;
  if (bucket.versioning === undefined) {
    const [version] = bucket.objects.get(key) ?? [];
    if (version !== undefined) {
      await persistKey(call, removeVersion(bucket, version));
      announce(call, { name: 'ObjectRemoved:Delete', version });
    }
    return { marker: false, versionId: undefined };
  }
  const versionId = bucket.versioning === 'Enabled' ? newVersionId() : 'null';
  const marker = deleteMarker(call, versionId);
  await persistKey(call, addVersion(bucket, marker));
  announce(call, { name: 'ObjectRemoved:DeleteMarkerCreated', version: marker });
  return { marker: true, versionId };
}

function deleteMarker(call: ObjectCall, versionId: string): ObjectVersion {
  return {
    key: call.key,
    versionId,
    deleteMarker: true,
    modifiedAt: call.now,
    sequence: call.world.nextSequence(),
    size: 0,
    etag: '',
    blob: undefined,
    headers: {},
    storageClass: 'STANDARD',
    checksum: undefined,
    encryption: { algorithm: 'AES256', keyArn: undefined, bucketKey: false },
    tags: [],
    retention: undefined,
    legalHold: false,
  };
}

/** Object Lock protects versions; governance mode gives way to those with the right and the header. */
function checkLock(call: ObjectCall, version: ObjectVersion): void {
  const refused = accessDenied('Access Denied because object protected by object lock.');
  if (version.legalHold) throw refused;
  if (version.retention === undefined || version.retention.until <= call.now) return;
  if (version.retention.mode === 'COMPLIANCE') throw refused;
  if (header(call, 'x-amz-bypass-governance-retention')?.toLowerCase() !== 'true') throw refused;
  demandOn(call, 's3:BypassGovernanceRetention', call.key);
}
