import type { Reply } from '../../wire/reply.ts';
import { WireError } from '../../wire/wire-error.ts';
import { queryValue } from '../../wire/wire-request.ts';
import { digestKinds } from '../../wire/digests.ts';
import type { ObjectVersion } from '../buckets/bucket.ts';
import { readRange, type ByteRange } from './byte-range.ts';
import { preconditionFailed } from './commit-object.ts';
import { demandDecryption, encryptionHeaders } from '../buckets/encryption.ts';
import { checksumHeaders } from './put-object.ts';
import { header, type ObjectCall } from '../s3-call.ts';
import { versionHeaders, versionNamed } from './versions.ts';

/** GET and HEAD: HEAD is the same without the body. */
export async function getObject(call: ObjectCall): Promise<Reply> {
  const version = versionNamed(call);
  const unchanged = checkReadConditions(call, version);
  if (unchanged) return { status: 304, headers: { etag: `"${version.etag}"` } };
  demandDecryption(call, version.encryption);
  const range = readRange(header(call, 'range'), version.size);
  const whole = range === undefined;
  const part = range ?? { first: 0, last: version.size - 1 };
  const headers = {
    ...objectHeaders(call, version),
    ...(whole && (await checksumFor(call, version))),
    'content-length': String(part.last - part.first + 1),
    ...(!whole && { 'content-range': `bytes ${part.first}-${part.last}/${version.size}` }),
  };
  const status = whole ? 200 : 206;
  if (call.request.method === 'HEAD') return { status, headers };
  if (call.world.settings.discard && version.size > 0) {
    throw new WireError(501, 'NotImplemented', 'This rehearsal discards the bodies of objects.');
  }
  return { status, headers, body: piece(call, version, part) };
}

async function* piece(
  call: ObjectCall,
  version: ObjectVersion,
  { first, last }: ByteRange,
): AsyncGenerator<Buffer> {
  yield (await contentOf(call, version)).subarray(first, last + 1);
}

async function contentOf({ world }: ObjectCall, { blob }: ObjectVersion): Promise<Buffer> {
  return blob === undefined ? Buffer.alloc(0) : await world.blobs.get(blob);
}

function objectHeaders(call: ObjectCall, version: ObjectVersion): Record<string, string> {
  return {
    ...version.headers,
    ...overrides(call),
    etag: `"${version.etag}"`,
    'last-modified': new Date(version.modifiedAt).toUTCString(),
    'accept-ranges': 'bytes',
    ...encryptionHeaders(version.encryption),
    ...versionHeaders(call, version.versionId),
    ...(version.storageClass !== 'STANDARD' && { 'x-amz-storage-class': version.storageClass }),
    ...(version.tags.length > 0 && { 'x-amz-tagging-count': String(version.tags.length) }),
    ...(version.retention && {
      'x-amz-object-lock-mode': version.retention.mode,
      'x-amz-object-lock-retain-until-date': new Date(version.retention.until).toISOString(),
    }),
    ...(version.legalHold && { 'x-amz-object-lock-legal-hold': 'ON' }),
  };
}

/** `response-content-type=…` and its like let a signed reader choose what the reply says. */
function overrides(call: ObjectCall): Record<string, string> {
  const names = [
    'content-type',
    'content-language',
    'expires',
    'cache-control',
    'content-disposition',
    'content-encoding',
  ];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = queryValue(call.request, `response-${name}`);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The checksum, for those who ask: where the writer gave none, the CRC-64 that S3 takes by itself. */
async function checksumFor(call: ObjectCall, version: ObjectVersion): Promise<Record<string, string>> {
  if (header(call, 'x-amz-checksum-mode')?.toUpperCase() !== 'ENABLED') return {};
  if (version.checksum !== undefined) return checksumHeaders(version.checksum);
  const running = digestKinds.crc64nvme.start();
  running.update(await contentOf(call, version));
  return checksumHeaders({ name: 'crc64nvme', value: running.digest().toString('base64') });
}

/** True for a reader whose copy is still good. Throws `WireError` 412 where a demanded state is not met. */
function checkReadConditions(call: ObjectCall, version: ObjectVersion): boolean {
  const named = (name: string): boolean | undefined => {
    const value = header(call, name);
    return value === undefined ? undefined : value === '*' || value.replaceAll('"', '') === version.etag;
  };
  const since = (name: string): boolean | undefined => {
    const time = Date.parse(header(call, name) ?? '');
    // HTTP dates have no fractions of a second.
    return Number.isNaN(time) ? undefined : Math.floor(version.modifiedAt / 1000) * 1000 > time;
  };
  const match = named('if-match');
  if (match === false) throw preconditionFailed('If-Match');
  if (match === undefined && since('if-unmodified-since') === true)
    throw preconditionFailed('If-Unmodified-Since');
  const same = named('if-none-match');
  return same ?? since('if-modified-since') === false;
}
