import { writeXml } from '../../xml/write-xml.ts';
import type { ObjectLock } from '../buckets/bucket.ts';
import { s3Namespace } from '../s3-call.ts';

/** The configuration of Object Lock as XML, with or without a default retention. */
export function objectLockXml(lock: Pick<ObjectLock, 'mode' | 'days'>): string {
  const Rule = lock.mode && { DefaultRetention: { Mode: lock.mode, Days: lock.days } };
  return writeXml('ObjectLockConfiguration', { ObjectLockEnabled: 'Enabled', Rule }, s3Namespace);
}
