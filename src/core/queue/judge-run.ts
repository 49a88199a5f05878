import type { PushReport } from '../accounting/push-report.ts';

/**
 * What a run over one object means for the message that named it. `durable`: nothing of it can be lost any more. `gone`:
 * the object was deleted, there is nothing to read. `object-failed`: this object can't be read or delivered, others may.
 * `worker-failed`: no other object would fare better.
 */
export type Verdict = 'durable' | 'gone' | 'object-failed' | 'worker-failed';

/** Failures that the object itself is the reason of. */
const ofTheObject: ReadonlySet<string> = new Set([
  'source-unreadable',
  'source-unsupported',
  'source-broken',
  'too-many-bad-lines',
]);

/** Failures of reading that other buckets and keys need not have. */
const ofTheBucket: ReadonlySet<string> = new Set([
  'access-denied',
  'kms-denied',
  'kms-disabled',
  'no-such-bucket',
  'wrong-region',
]);

/** Judges the report of a run over one object. */
export function judgeRun({ outcome, balanced, balance, error }: PushReport): Verdict {
  if (error !== null) {
    if (error.details['gone'] === true) return 'gone';
    const isReading = error.details['action'] === 's3:GetObject';
    return ofTheObject.has(error.code) || (isReading && ofTheBucket.has(error.code))
      ? 'object-failed'
      : 'worker-failed';
  }
  const isDone = outcome === 'delivered' || outcome === 'delivered-with-quarantine';
  return isDone && balanced && balance.undelivered === 0 ? 'durable' : 'worker-failed';
}
