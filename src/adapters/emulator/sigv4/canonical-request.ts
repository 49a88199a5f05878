import { createHash } from 'node:crypto';
import type { QueryParameter } from '../wire/wire-request.ts';

/** What the signature covers. */
export interface SignedParts {
  readonly method: string;
  /** As sent, percent-encoded. */
  readonly path: string;
  readonly query: readonly QueryParameter[];
  readonly headers: ReadonlyMap<string, string>;
  /** Lower case, in the order the client named them. */
  readonly signedHeaders: readonly string[];
  readonly payloadHash: string;
}

/**
 * The canonical request of Signature Version 4 as S3 builds it: the path encoded once and not normalised
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html). IAM and STS have only the path `/`,
 * where the general rule gives the same text.
 */
export function canonicalRequest(parts: SignedParts): string {
  const headers = parts.signedHeaders
    .map((name) => `${name}:${collapse(parts.headers.get(name) ?? '')}\n`)
    .join('');
  return [
    parts.method,
    canonicalPath(parts.path),
    canonicalQuery(parts.query),
    headers,
    parts.signedHeaders.join(';'),
    parts.payloadHash,
  ].join('\n');
}

/** Hex SHA-256 of a text or bytes. */
export function sha256Hex(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Percent-encoding by AWS's rule: everything but `A-Z a-z 0-9 - . _ ~`, upper-case hex. */
export function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Clients differ in which characters of a path they encode: decode and encode again, as S3 does. */
function canonicalPath(path: string): string {
  return path
    .split('/')
    .map((segment) => encodeStrictly(decodeLeniently(segment)))
    .join('/');
}

function decodeLeniently(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function canonicalQuery(query: readonly QueryParameter[]): string {
  return query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encodeStrictly(name)}=${encodeStrictly(value)}`)
    .sort()
    .join('&');
}

function collapse(value: string): string {
  return value.trim().replaceAll(/ +/g, ' ');
}
