import { randomBytes } from 'node:crypto';

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A unique id as IAM makes them: a prefix that tells the kind (`AIDA`, `AROA`, `ANPA`, `AKIA`, `ASIA`) and 16 or 17 letters. */
export function uniqueId(prefix: string, letters = 17): string {
  return prefix + [...randomBytes(letters)].map((byte) => base32[byte % base32.length]).join('');
}

/** A secret access key: 40 characters. */
export function secretKey(): string {
  return randomBytes(30).toString('base64');
}

/** A session token: opaque, some hundred characters, as clients must not count on a length. */
export function sessionToken(): string {
  return `Rehearsal${randomBytes(192).toString('base64')}`;
}

/** The id of a request: S3's are 16 upper-case letters and digits, the others' a UUID. */
export function requestId(): string {
  return randomBytes(8).toString('hex').toUpperCase();
}
