import { findCredential, type Credential, type Principal } from '../identity/principal.ts';
import type { Directory } from '../identity/directory.ts';
import { accessDenied, WireError } from '../wire/wire-error.ts';
import type { WireRequest } from '../wire/wire-request.ts';
import { canonicalRequest } from './canonical-request.ts';
import { ClaimError, readClaim, type Claim } from './claim.ts';
import { maxSkewMs, type SignatureDialect } from './dialect.ts';
import { sameSignature, signatureOf, signingKey, stringToSign } from './signature.ts';

export interface AuthenticationOptions {
  readonly directory: Directory;
  readonly dialect: SignatureDialect;
  /** Epoch milliseconds. */
  readonly now: number;
  /** The services whose scope is accepted, as `s3`. */
  readonly service: string;
  /** Hex SHA-256 of the body where it was read already; S3 goes by the header. */
  readonly payloadHash: string | undefined;
  /** A fault: call every credential expired. */
  readonly expired: boolean;
}

export interface Authenticated {
  readonly principal: Principal;
  readonly claim: Claim;
}

/** Checks who signed a request; undefined for an anonymous one. Throws `WireError` in the service's own words. */
export function authenticate(
  request: WireRequest,
  options: AuthenticationOptions,
): Authenticated | undefined {
  const { dialect } = options;
  const claim = claimOf(request, dialect);
  if (claim === undefined) return undefined;
  if (claim.scope.service !== options.service || !claim.timestamp.startsWith(claim.scope.date)) {
    throw dialect.malformed(
      new ClaimError(claim.form, 'the credential scope does not fit the service or the date.'),
    );
  }
  const credential = findCredential(options.directory, claim.accessKeyId);
  if (credential === undefined) throw dialect.unknownKey(claim.accessKeyId);
  checkToken(claim, credential, options);
  checkTime(claim, options);
  checkSignature(request, claim, credential, options);
  return { principal: credential.principal, claim };
}

function claimOf(request: WireRequest, dialect: SignatureDialect): Claim | undefined {
  try {
    return readClaim(request);
  } catch (error) {
    if (error instanceof ClaimError) throw dialect.malformed(error);
    throw error;
  }
}

function checkToken(claim: Claim, credential: Credential, options: AuthenticationOptions): void {
  const { session } = credential.principal;
  if ((session?.token ?? undefined) !== claim.token) throw options.dialect.badToken(claim.token ?? '');
  if (options.expired || (session !== undefined && session.expiresAt <= options.now)) {
    throw options.dialect.expiredToken(claim.token ?? '');
  }
}

function checkTime(claim: Claim, options: AuthenticationOptions): void {
  const { now } = options;
  if (claim.validSeconds === undefined) {
    if (Math.abs(now - claim.signedAt) > maxSkewMs) throw options.dialect.skewed(claim.signedAt, now);
    return;
  }
  if (claim.signedAt > now + maxSkewMs) throw accessDenied('Request is not valid yet');
  const expires = claim.signedAt + claim.validSeconds * 1000;
  if (expires > now) return;
  throw new WireError(403, 'AccessDenied', 'Request has expired', {
    fields: {
      'X-Amz-Expires': claim.validSeconds,
      Expires: new Date(expires).toISOString().replace(/\.\d{3}/, ''),
      ServerTime: new Date(now).toISOString().replace(/\.\d{3}/, ''),
    },
  });
}

function checkSignature(
  request: WireRequest,
  claim: Claim,
  credential: Credential,
  options: AuthenticationOptions,
): void {
  checkCoverage(request, claim);
  const canonical = canonicalRequest({
    method: request.method,
    path: request.path,
    query: request.query,
    headers: request.headers,
    signedHeaders: claim.signedHeaders,
    payloadHash: options.payloadHash ?? declaredHash(request, claim),
  });
  const text = stringToSign(claim.timestamp, claim.scope, canonical);
  const expected = signatureOf(signingKey(credential.secret, claim.scope), text);
  if (sameSignature(expected, claim.signature)) return;
  throw options.dialect.mismatch({
    accessKeyId: claim.accessKeyId,
    stringToSign: text,
    canonicalRequest: canonical,
    signature: claim.signature,
  });
}

/** `host` and every `x-amz-…` header must be signed. */
function checkCoverage(request: WireRequest, claim: Claim): void {
  const unsigned = [...request.headers.keys()].filter((name) => {
    return (name === 'host' || name.startsWith('x-amz-')) && !claim.signedHeaders.includes(name);
  });
  // A presigned URL is signed before the payload hash is known.
  const missing = unsigned.filter((name) => claim.form === 'header' || name !== 'x-amz-content-sha256');
  if (missing.length > 0) {
    throw new WireError(
      403,
      'AccessDenied',
      'There were headers present in the request which were not signed',
      {
        fields: { HeadersNotSigned: missing.join(', ') },
      },
    );
  }
}

function declaredHash(request: WireRequest, claim: Claim): string {
  if (claim.form === 'query') {
    const inQuery = request.query.find(([name]) => name.toLowerCase() === 'x-amz-content-sha256')?.[1];
    return inQuery ?? request.headers.get('x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD';
  }
  const hash = request.headers.get('x-amz-content-sha256');
  if (hash === undefined) {
    throw new WireError(
      400,
      'InvalidRequest',
      'Missing required header for this request: x-amz-content-sha256',
    );
  }
  if (!/^([0-9a-f]{64}|UNSIGNED-PAYLOAD|STREAMING-[A-Z0-9-]+)$/i.test(hash)) {
    throw new WireError(
      400,
      'InvalidArgument',
      'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
    );
  }
  return hash;
}
