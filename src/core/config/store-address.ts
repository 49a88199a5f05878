import { AuditExportError } from '../../errors.ts';
import { bucketProblem, knownBucketProblem } from './bucket-name.ts';
import { normalisePrefix } from '../layout/object-key.ts';

/** Where `--to` points: a bucket with a prefix, or a local folder. */
export type StoreAddress = { kind: 's3'; bucket: string; prefix: string } | { kind: 'folder'; path: string };

/** Reads `s3://bucket/prefix`, `file:PATH` or a path; `flag` is where it was said, for messages. Throws `usage` for another scheme or a bucket name that can't be. */
export function parseStoreAddress(given: string, flag = '--to'): StoreAddress {
  const wrong = (to: string, why: string): AuditExportError => cantBeUsed(to, why, flag);
  // A value from a file or a secret often ends in a line end.
  const to = given.trim();
  if (to === '') throw wrong(to, 'it is empty');
  if (/^s3:(?!\/\/)/i.test(to)) throw wrong(to, 'a bucket is written with two slashes: s3://BUCKET');
  if (/^~(?:\/|$)/.test(to))
    throw wrong(to, '~ stands for the home folder in a shell only, and here it was quoted');
  const file = /^file:(?:\/\/(?=\/))?(?!\/\/)(.+)$/is.exec(to);
  if (file !== null) return { kind: 'folder', path: file[1] as string };
  const url = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(to);
  if (url === null) return { kind: 'folder', path: to };
  if ((url[1] as string).toLowerCase() !== 's3') throw wrong(to, 'only s3:// and local folders are stores');
  const [bucket = '', ...prefix] = (url[2] as string).split('/');
  const problem = knownBucketProblem(bucket);
  if (problem !== undefined) throw wrong(to, `${JSON.stringify(bucket)} is no bucket name, ${problem}`);
  return { kind: 's3', bucket, prefix: normalisePrefix(prefix.join('/')) };
}

/**
 * The bucket that a path may have been meant to name, as `s3://…`: `acme-audit/altr` has the form of both. Undefined where it is plain
 * that a folder is meant. Whether there is such a folder is for the caller to see.
 */
export function bucketPerhaps(given: string): string | undefined {
  const to = given.trim();
  const [bucket = '', ...rest] = to.split('/');
  if (rest.length === 0 || bucket.includes(':') || bucketProblem(bucket) !== undefined) return undefined;
  return `s3://${to}`;
}

/** How reports name a store. */
export function describeStoreAddress(address: StoreAddress): string {
  if (address.kind === 'folder') return address.path;
  return `s3://${address.bucket}${address.prefix === '' ? '' : `/${address.prefix}`}`;
}

/** A URL may hold a password: it is not repeated. */
function cantBeUsed(to: string, why: string, flag: string): AuditExportError {
  const shown = to.replace(/\/\/[^/@]*@/, '//…@');
  return new AuditExportError('usage', `${flag} ${JSON.stringify(shown)} can't be used: ${why}.`, {
    cure: `Use ${flag} s3://BUCKET/PREFIX or ${flag} FOLDER.`,
  });
}
