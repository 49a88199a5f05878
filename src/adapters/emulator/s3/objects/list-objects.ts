import { xmlReply, type Reply } from '../../wire/reply.ts';
import { WireError } from '../../wire/wire-error.ts';
import { queryValue } from '../../wire/wire-request.ts';
import { encodeStrictly } from '../../sigv4/canonical-request.ts';
import { writeXml, type XmlValue } from '../../xml/write-xml.ts';
import { currentVersion, type ObjectVersion } from '../buckets/bucket.ts';
import { pageOf, sortedKeys, type Page, type PageRequest } from './key-page.ts';
import { s3Namespace, type BucketCall } from '../s3-call.ts';

const mostKeys = 1000;

/** ListObjectsV2: pages by an opaque token. */
export function listObjectsV2(call: BucketCall): Reply {
  const token = queryValue(call.request, 'continuation-token');
  const startAfter = queryValue(call.request, 'start-after');
  const resumeAfter = token === undefined ? undefined : readToken(token);
  const { page, common } = listing(call, { startAfter, resumeAfter });
  return xmlReply(
    writeXml(
      'ListBucketResult',
      {
        ...common,
        StartAfter: startAfter,
        ContinuationToken: token,
        NextContinuationToken: page.next === undefined ? undefined : writeToken(page.next),
        KeyCount: page.keys.length + page.prefixes.length,
      },
      s3Namespace,
    ),
  );
}

/** ListObjects, version 1: pages by the last key. */
export function listObjects(call: BucketCall): Reply {
  const marker = queryValue(call.request, 'marker');
  const { page, common } = listing(call, {
    startAfter: undefined,
    resumeAfter: marker === '' ? undefined : marker,
  });
  const next = queryValue(call.request, 'delimiter') === undefined ? undefined : page.next;
  return xmlReply(
    writeXml('ListBucketResult', { ...common, Marker: marker ?? '', NextMarker: next }, s3Namespace),
  );
}

/** All versions and delete markers, newest first per key; in one page of at most 1,000 keys. */
export function listObjectVersions(call: BucketCall): Reply {
  const prefix = queryValue(call.request, 'prefix') ?? '';
  const limit = readLimit(call);
  const page = pageOf(sortedKeys(call.bucket), {
    prefix,
    delimiter: queryValue(call.request, 'delimiter'),
    startAfter: undefined,
    resumeAfter: queryValue(call.request, 'key-marker'),
    limit,
  });
  const versions = page.keys.flatMap((key) => {
    return (call.bucket.objects.get(key) ?? []).map((version, index) => ({ version, latest: index === 0 }));
  });
  const describe = ({ version, latest }: (typeof versions)[number]): XmlValue => ({
    Key: version.key,
    VersionId: version.versionId,
    IsLatest: latest,
    LastModified: new Date(version.modifiedAt).toISOString(),
    ...(!version.deleteMarker && {
      ETag: `"${version.etag}"`,
      Size: version.size,
      StorageClass: version.storageClass,
    }),
  });
  return xmlReply(
    writeXml(
      'ListVersionsResult',
      {
        Name: call.bucket.name,
        Prefix: prefix,
        KeyMarker: queryValue(call.request, 'key-marker') ?? '',
        MaxKeys: limit,
        IsTruncated: page.next !== undefined,
        NextKeyMarker: page.next,
        Version: versions.filter(({ version }) => !version.deleteMarker).map((entry) => describe(entry)),
        DeleteMarker: versions.filter(({ version }) => version.deleteMarker).map((entry) => describe(entry)),
        CommonPrefixes: page.prefixes.map((Prefix) => ({ Prefix })),
      },
      s3Namespace,
    ),
  );
}

function listing(
  call: BucketCall,
  from: Pick<PageRequest, 'startAfter' | 'resumeAfter'>,
): { page: Page; common: Record<string, XmlValue> } {
  const [prefix, delimiter] = [
    queryValue(call.request, 'prefix') ?? '',
    queryValue(call.request, 'delimiter'),
  ];
  const limit = readLimit(call);
  const encoding = readEncoding(call);
  const encode = (text: string): string =>
    encoding === undefined ? text : encodeStrictly(text).replaceAll('%2F', '/');
  const keys = sortedKeys(call.bucket).filter((key) => currentVersion(call.bucket, key) !== undefined);
  const page = pageOf(keys, { prefix, ...from, delimiter: delimiter === '' ? undefined : delimiter, limit });
  const versions = page.keys
    .map((key) => currentVersion(call.bucket, key))
    .filter((version) => version !== undefined);
  const common = {
    Name: call.bucket.name,
    Prefix: encode(prefix),
    Delimiter: delimiter === undefined ? undefined : encode(delimiter),
    MaxKeys: limit,
    EncodingType: encoding,
    IsTruncated: page.next !== undefined,
    Contents: versions.map((version) => contents(version, encode)),
    CommonPrefixes: page.prefixes.map((text) => ({ Prefix: encode(text) })),
  };
  return { page, common };
}

function contents(version: ObjectVersion, encode: (text: string) => string): XmlValue {
  return {
    Key: encode(version.key),
    LastModified: new Date(version.modifiedAt).toISOString(),
    ETag: `"${version.etag}"`,
    ChecksumAlgorithm: version.checksum?.name.toUpperCase(),
    ChecksumType: version.checksum && 'FULL_OBJECT',
    Size: version.size,
    StorageClass: version.storageClass,
  };
}

function readLimit(call: BucketCall): number {
  const text = queryValue(call.request, 'max-keys') ?? String(mostKeys);
  if (/^\d{1,10}$/.test(text)) return Math.min(Number(text), mostKeys);
  throw invalidArgument('max-keys', text, 'Provided max-keys not an integer or within integer range');
}

function readEncoding(call: BucketCall): 'url' | undefined {
  const text = queryValue(call.request, 'encoding-type');
  if (text === undefined || text === 'url') return text;
  throw invalidArgument('encoding-type', text, 'Invalid Encoding Method specified in Request');
}

function writeToken(key: string): string {
  return Buffer.from(`1:${key}`).toString('base64url');
}

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  if (text.startsWith('1:')) return text.slice(2);
  throw invalidArgument('continuation-token', token, 'The continuation token provided is incorrect');
}

function invalidArgument(name: string, value: string, message: string): WireError {
  return new WireError(400, 'InvalidArgument', message, {
    fields: { ArgumentName: name, ArgumentValue: value },
  });
}
