import { createHash, randomBytes } from 'node:crypto';
import type { Payload } from '../../wire/read-payload.ts';
import type { Reply } from '../../wire/reply.ts';
import type { Checksum, ObjectVersion } from '../buckets/bucket.ts';
import { writeConditionally, type Content } from './commit-object.ts';
import { encryptionHeaders, type ObjectEncryption } from '../buckets/encryption.ts';
import { demandIntegrity, objectTemplate } from './object-template.ts';
import { receiveObject, type ObjectCall } from '../s3-call.ts';
import { versionHeaders } from './versions.ts';

export async function putObject(call: ObjectCall): Promise<Reply> {
  const template = objectTemplate(call);
  demandIntegrity(call, template);
  return await writeConditionally(call, async (commit) => {
    const payload = await receiveObject(call);
    const content = await keepContent(call, payload, template.encryption);
    try {
      const version = await commit(template, content);
      return { status: 200, headers: writtenHeaders(call, version) };
    } catch (error) {
      if (content.blob !== undefined) await call.world.blobs.delete(content.blob);
      throw error;
    }
  });
}

/** The headers of a reply to a write. */
export function writtenHeaders(call: ObjectCall, version: ObjectVersion): Record<string, string> {
  return {
    etag: `"${version.etag}"`,
    ...encryptionHeaders(version.encryption),
    ...versionHeaders(call, version.versionId),
    ...checksumHeaders(version.checksum),
  };
}

/** The headers that carry an object's checksum. */
export function checksumHeaders(checksum: Checksum | undefined): Record<string, string> {
  if (checksum === undefined) return {};
  return { [`x-amz-checksum-${checksum.name}`]: checksum.value, 'x-amz-checksum-type': 'FULL_OBJECT' };
}

/** The ETag of content: its MD5, unless it is encrypted with a KMS key. */
export function etagOf(md5: string, encryption: ObjectEncryption): string {
  return encryption.algorithm === 'AES256' ? md5 : createHash('md5').update(`${md5}:kms`).digest('hex');
}

async function keepContent(
  call: ObjectCall,
  payload: Payload,
  encryption: ObjectEncryption,
): Promise<Content> {
  const { blobs, settings } = call.world;
  return {
    size: payload.size,
    etag: etagOf(payload.md5 ?? randomBytes(16).toString('hex'), encryption),
    blob: settings.discard ? undefined : await blobs.put(payload.bytes),
    checksum: payload.checksum,
  };
}
