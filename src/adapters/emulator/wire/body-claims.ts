import { checksumNames, digestKinds, toChecksumName, type ChecksumName, type DigestName } from './digests.ts';
import { invalidRequest, WireError } from './wire-error.ts';

/** What a request promises about its body, in headers or in trailers still to come. */
export interface BodyClaims {
  /** Bytes of the decoded body; undefined where the client does not say. */
  readonly length: number | undefined;
  readonly chunked: boolean;
  /** Hex SHA-256 from `x-amz-content-sha256`; undefined for an unsigned payload. */
  readonly contentSha256: string | undefined;
  /** Base64 of Content-MD5. */
  readonly md5: string | undefined;
  /** Base64; the value is undefined where it comes as a trailer. */
  readonly checksum: { readonly name: ChecksumName; readonly value: string | undefined } | undefined;
}

type Headers = ReadonlyMap<string, string>;

/** Reads and checks the claims. Throws `WireError` 400 for values that no body could meet, 411 where no length is given. */
export function readBodyClaims(headers: Headers): BodyClaims {
  const payload = headers.get('x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD';
  const chunked =
    payload.startsWith('STREAMING-') || (headers.get('content-encoding') ?? '').includes('aws-chunked');
  if (payload.startsWith('STREAMING-') && payload !== 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') {
    throw new WireError(501, 'NotImplemented', `The rehearsal does not check signed chunks (${payload}).`);
  }
  return {
    length: bodyLength(headers, chunked),
    chunked,
    contentSha256: payload === 'UNSIGNED-PAYLOAD' || chunked ? undefined : payload.toLowerCase(),
    md5: contentMd5(headers),
    checksum: checksumClaim(headers),
  };
}

/** All digests that must be taken of the body while it comes in. */
export function digestsNeeded(claims: BodyClaims, etag: boolean): readonly DigestName[] {
  const needed = new Set<DigestName>();
  if (etag || claims.md5 !== undefined) needed.add('md5');
  if (claims.contentSha256 !== undefined) needed.add('sha256');
  if (claims.checksum !== undefined) needed.add(claims.checksum.name);
  return [...needed];
}

function bodyLength(headers: Headers, chunked: boolean): number | undefined {
  const text = headers.get(chunked ? 'x-amz-decoded-content-length' : 'content-length');
  if (text === undefined) {
    const empty = !chunked && headers.get('transfer-encoding') === undefined;
    if (empty) return 0;
    throw new WireError(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  if (!/^\d{1,15}$/.test(text)) throw new WireError(400, 'InvalidArgument', `Invalid length: ${text}`);
  return Number(text);
}

function contentMd5(headers: Headers): string | undefined {
  const value = headers.get('content-md5');
  if (value !== undefined && !isBase64Of(value, digestKinds.md5.bytes)) {
    throw new WireError(400, 'InvalidDigest', 'The Content-MD5 you specified was invalid.', {
      fields: { 'Content-MD5': value },
    });
  }
  return value;
}

function checksumClaim(headers: Headers): BodyClaims['checksum'] {
  const given = checksumNames.filter((name) => headers.has(`x-amz-checksum-${name}`));
  const trailer = /^x-amz-checksum-(\w+)$/.exec((headers.get('x-amz-trailer') ?? '').trim())?.[1];
  if (given.length + (trailer === undefined ? 0 : 1) > 1) {
    throw invalidRequest(
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  const [name] = given;
  if (name !== undefined) {
    const value = headers.get(`x-amz-checksum-${name}`) ?? '';
    if (!isBase64Of(value, digestKinds[name].bytes)) {
      throw invalidRequest(`Value for x-amz-checksum-${name} header is invalid.`);
    }
    return { name, value };
  }
  if (trailer !== undefined) return trailerClaim(trailer);
  if (headers.has('x-amz-sdk-checksum-algorithm')) {
    throw invalidRequest(
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  }
  return undefined;
}

function trailerClaim(trailer: string): BodyClaims['checksum'] {
  const name = toChecksumName(trailer);
  if (name === undefined)
    throw invalidRequest('The value specified in the x-amz-trailer header is not supported');
  return { name, value: undefined };
}

function isBase64Of(text: string, bytes: number): boolean {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) && Buffer.from(text, 'base64').length === bytes;
}
