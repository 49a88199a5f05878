import { createHmac, timingSafeEqual } from 'node:crypto';
import { sha256Hex } from './canonical-request.ts';

export const algorithm = 'AWS4-HMAC-SHA256';

/** Day, region and service a signature is good for. */
export interface CredentialScope {
  /** YYYYMMDD */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** The text that is signed; `timestamp` as in X-Amz-Date, YYYYMMDDTHHMMSSZ. */
export function stringToSign(timestamp: string, scope: CredentialScope, canonical: string): string {
  return [algorithm, timestamp, scopeText(scope), sha256Hex(canonical)].join('\n');
}

/** `date/region/service/aws4_request` */
export function scopeText(scope: CredentialScope): string {
  return `${scope.date}/${scope.region}/${scope.service}/aws4_request`;
}

/** The key of one day, region and service. */
export function signingKey(secret: string, scope: CredentialScope): Buffer {
  const service = hmac(hmac(hmac(`AWS4${secret}`, scope.date), scope.region), scope.service);
  return hmac(service, 'aws4_request');
}

/** Hex signature of a text under a signing key. */
export function signatureOf(key: Buffer, text: string): string {
  return hmac(key, text).toString('hex');
}

/** Compares without telling by its time where the texts differ. */
export function sameSignature(expected: string, given: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(given)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
