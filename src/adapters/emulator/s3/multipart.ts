import { createHash, randomBytes } from 'node:crypto';
import { digestOf, toChecksumName } from '../wire/digests.ts';
import { xmlReply, type Reply } from '../wire/reply.ts';
import { WireError } from '../wire/wire-error.ts';
import { queryValue } from '../wire/wire-request.ts';
import { childrenNamed, textAt, type XmlElement } from '../xml/read-xml.ts';
import { writeXml } from '../xml/write-xml.ts';
import type { Checksum, MultipartUpload, UploadedPart } from './bucket.ts';
import { canonicalId } from './bucket-operations.ts';
import { writeConditionally } from './commit-object.ts';
import { demandDecryption, encryptionHeaders } from './encryption.ts';
import { fullChecksum } from './get-object.ts';
import { objectTemplate } from './object-template.ts';
import { etagOf } from './put-object.ts';
import {
  header,
  malformedXml,
  receiveObject,
  receiveXml,
  s3Namespace,
  type BucketCall,
  type ObjectCall,
} from './s3-call.ts';
import { versionHeaders } from './versions.ts';

const minPartBytes = 5 * 1024 * 1024;
const mostParts = 10_000;

export function createMultipartUpload(call: ObjectCall): Reply {
  const template = objectTemplate(call);
  const name = header(call, 'x-amz-checksum-algorithm')?.toLowerCase();
  const type = header(call, 'x-amz-checksum-type');
  const upload: MultipartUpload = {
    id: randomBytes(48).toString('base64url'),
    key: call.key,
    startedAt: call.now,
    initiator: call.principal.caller.arn,
    checksumName: name,
    checksumType:
      type === 'FULL_OBJECT' || name === 'crc64nvme'
        ? 'FULL_OBJECT'
        : name === undefined
          ? undefined
          : 'COMPOSITE',
    template,
    parts: new Map(),
  };
  call.bucket.uploads.set(upload.id, upload);
  const content = { Bucket: call.bucket.name, Key: call.key, UploadId: upload.id };
  return xmlReply(writeXml('InitiateMultipartUploadResult', content, s3Namespace), {
    ...encryptionHeaders(template.encryption),
    ...(upload.checksumName !== undefined && {
      'x-amz-checksum-algorithm': upload.checksumName.toUpperCase(),
      'x-amz-checksum-type': upload.checksumType ?? '',
    }),
  });
}

export async function uploadPart(call: ObjectCall): Promise<Reply> {
  const upload = uploadNamed(call);
  const number = Number(queryValue(call.request, 'partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > mostParts) {
    throw new WireError(
      400,
      'InvalidArgument',
      `Part number must be an integer between 1 and ${mostParts}, inclusive`,
      { fields: { ArgumentName: 'partNumber', ArgumentValue: queryValue(call.request, 'partNumber') } },
    );
  }
  // A part is sealed with the data key that was made for the upload, which has to be opened first.
  demandDecryption(call, upload.template.encryption);
  const payload = await receiveObject(call);
  const before = upload.parts.get(number);
  const part: UploadedPart = {
    number,
    etag: etagOf(payload.md5 ?? '', upload.template.encryption),
    segment: { blob: await call.world.blobs.put(payload.bytes), size: payload.size },
    checksum: payload.checksum,
    modifiedAt: call.now,
  };
  upload.parts.set(number, part);
  if (before !== undefined) await call.world.blobs.delete(before.segment.blob);
  return {
    status: 200,
    headers: {
      etag: `"${part.etag}"`,
      ...encryptionHeaders(upload.template.encryption),
      ...(part.checksum && { [`x-amz-checksum-${part.checksum.name}`]: part.checksum.value }),
    },
  };
}

export async function completeMultipartUpload(call: ObjectCall): Promise<Reply> {
  const upload = uploadNamed(call);
  demandDecryption(call, upload.template.encryption);
  const { element } = await receiveXml(call, 'CompleteMultipartUpload');
  const parts = partsNamed(upload, element);
  const version = await writeConditionally(call, async (commit) => {
    const checksum = await uploadChecksum(call, upload, parts);
    const written = await commit(upload.template, {
      size: parts.reduce((sum, part) => sum + part.segment.size, 0),
      etag: `${md5Of(parts)}-${parts.length}`,
      segments: parts.map((part) => part.segment),
      checksum,
      partSizes: parts.map((part) => part.segment.size),
    });
    call.bucket.uploads.delete(upload.id);
    return written;
  });
  await dropParts(
    call,
    [...upload.parts.values()].filter((part) => !parts.includes(part)),
  );
  const { checksum } = version;
  const content = {
    Location: `http://${header(call, 'host') ?? ''}${call.request.path}`,
    Bucket: call.bucket.name,
    Key: call.key,
    ETag: `"${version.etag}"`,
    ...(checksum && {
      [`Checksum${checksum.name.toUpperCase()}`]: checksum.value,
      ChecksumType: checksum.type,
    }),
  };
  return xmlReply(writeXml('CompleteMultipartUploadResult', content, s3Namespace), {
    ...encryptionHeaders(version.encryption),
    ...versionHeaders(call, version.versionId),
  });
}

export async function abortMultipartUpload(call: ObjectCall): Promise<Reply> {
  const upload = uploadNamed(call);
  call.bucket.uploads.delete(upload.id);
  await dropParts(call, [...upload.parts.values()]);
  return { status: 204 };
}

export function listParts(call: ObjectCall): Reply {
  const upload = uploadNamed(call);
  const marker = Number(queryValue(call.request, 'part-number-marker') ?? 0);
  const limit = Math.min(Number(queryValue(call.request, 'max-parts') ?? 1000), 1000);
  const parts = [...upload.parts.values()]
    .sort((a, b) => a.number - b.number)
    .filter((part) => part.number > marker);
  const page = parts.slice(0, limit);
  const content = {
    Bucket: call.bucket.name,
    Key: call.key,
    UploadId: upload.id,
    PartNumberMarker: marker,
    NextPartNumberMarker: page.at(-1)?.number ?? 0,
    MaxParts: limit,
    IsTruncated: parts.length > page.length,
    Part: page.map((part) => ({
      PartNumber: part.number,
      LastModified: new Date(part.modifiedAt).toISOString(),
      ETag: `"${part.etag}"`,
      Size: part.segment.size,
    })),
    StorageClass: upload.template.storageClass,
  };
  return xmlReply(writeXml('ListPartsResult', content, s3Namespace));
}

export function listMultipartUploads(call: BucketCall): Reply {
  const prefix = queryValue(call.request, 'prefix') ?? '';
  const uploads = [...call.bucket.uploads.values()].filter((upload) => upload.key.startsWith(prefix));
  const content = {
    Bucket: call.bucket.name,
    Prefix: prefix,
    MaxUploads: 1000,
    IsTruncated: false,
    Upload: uploads.map((upload) => ({
      Key: upload.key,
      UploadId: upload.id,
      Initiated: new Date(upload.startedAt).toISOString(),
      StorageClass: upload.template.storageClass,
      Owner: { ID: canonicalId(call.bucket.owner) },
    })),
  };
  return xmlReply(writeXml('ListMultipartUploadsResult', content, s3Namespace));
}

function uploadNamed(call: ObjectCall): MultipartUpload {
  const id = queryValue(call.request, 'uploadId') ?? '';
  const upload = call.bucket.uploads.get(id);
  if (upload?.key === call.key) return upload;
  throw new WireError(
    404,
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { fields: { UploadId: id } },
  );
}

/** The parts a client lists, which must be there, in rising order and, but for the last, of 5 MiB at least. */
function partsNamed(upload: MultipartUpload, element: XmlElement): readonly UploadedPart[] {
  const listed = childrenNamed(element, 'Part').map((part) => ({
    number: Number(textAt(part, 'PartNumber')),
    etag: (textAt(part, 'ETag') ?? '').replaceAll('"', ''),
  }));
  if (listed.length === 0) throw malformedXml();
  if (listed.some((part, index) => index > 0 && part.number <= (listed[index - 1]?.number ?? 0))) {
    throw new WireError(
      400,
      'InvalidPartOrder',
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
      { fields: { UploadId: upload.id } },
    );
  }
  const parts = listed.map(({ number, etag }) => partNamed(upload, number, etag));
  const small = parts.slice(0, -1).find((part) => part.segment.size < minPartBytes);
  if (small === undefined) return parts;
  throw new WireError(
    400,
    'EntityTooSmall',
    'Your proposed upload is smaller than the minimum allowed size',
    {
      fields: {
        ProposedSize: small.segment.size,
        MinSizeAllowed: minPartBytes,
        PartNumber: small.number,
        ETag: small.etag,
      },
    },
  );
}

function partNamed(upload: MultipartUpload, number: number, etag: string): UploadedPart {
  const part = upload.parts.get(number);
  if (part !== undefined && part.etag === etag) return part;
  throw new WireError(
    400,
    'InvalidPart',
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    { fields: { UploadId: upload.id, PartNumber: number, ETag: etag } },
  );
}

function md5Of(parts: readonly UploadedPart[]): string {
  const hash = createHash('md5');
  for (const part of parts) hash.update(Buffer.from(part.etag, 'hex'));
  return hash.digest('hex');
}

/** Over all content, or over the checksums of the parts with their number behind it. */
async function uploadChecksum(
  call: ObjectCall,
  upload: MultipartUpload,
  parts: readonly UploadedPart[],
): Promise<Checksum | undefined> {
  const name = toChecksumName(upload.checksumName ?? '');
  if (name === undefined) return undefined;
  const segments = parts.map((part) => part.segment);
  if (upload.checksumType === 'FULL_OBJECT') return await fullChecksum(call, { segments }, name);
  const joined = Buffer.concat(parts.map((part) => Buffer.from(part.checksum?.value ?? '', 'base64')));
  return { name, value: `${digestOf(name, joined).toString('base64')}-${parts.length}`, type: 'COMPOSITE' };
}

async function dropParts(call: ObjectCall, parts: readonly UploadedPart[]): Promise<void> {
  for (const part of parts) await call.world.blobs.delete(part.segment.blob);
}
