import type { EvidenceReport } from '../../core/accounting/push-report.ts';
import { encodeLeaf } from '../../core/log/leaf.ts';
import type { RetireLeaf } from '../../core/log/leaf.ts';
import { AuditExportError } from '../../errors.ts';
import type { EvidenceHost, EvidenceRequest } from './open-log.ts';
import { withLog } from './open-log.ts';

const mostLeafBytes = 1000;
const mostReasonBytes = 500;

/** What is retired, and why. */
export interface Retirement {
  /** Below the prefix, or as `s3://BUCKET/PREFIX/…`. */
  keys: readonly string[];
  reason: string | undefined;
}

/**
 * Writes down that objects were lawfully removed, or are going to be, and publishes it: `verify` does not miss them then. Removes
 * nothing itself. Returns how the log stands; throws `usage`, `busy`, and what fails.
 */
export async function retire(
  { keys, reason }: Retirement,
  request: EvidenceRequest,
  host: EvidenceHost,
): Promise<EvidenceReport> {
  if (
    keys.length === 0 ||
    reason === undefined ||
    reason === '' ||
    Buffer.byteLength(reason) > mostReasonBytes
  )
    throw new AuditExportError(
      'usage',
      'It is not said which objects are retired, or why in at most 500 bytes.',
      {
        cure: "Name them: audit-export evidence retire KEY… --reason 'the retention of 400 days is over'",
      },
    );
  return withLog(request, host, async ({ log, store }) => {
    const below = keys.map((key) => keyWithin(key, store.location));
    await log.add(leavesOf(below, { reason, time: new Date(host.clock.now()).toISOString() }));
    await log.publish(store);
    return log.report();
  });
}

function keyWithin(key: string, location: string): string {
  const whole = location.startsWith('s3://') ? `${location}/` : undefined;
  if (!key.startsWith('s3://')) return key;
  if (whole !== undefined && key.startsWith(whole)) return key.slice(whole.length);
  throw new AuditExportError('usage', `${key} is not below ${location}.`, {
    cure: 'Name keys of the store that --to or the profile names.',
  });
}

/** As few leaves as there can be, each below 1 KiB. */
function leavesOf(keys: readonly string[], { reason, time }: { reason: string; time: string }): RetireLeaf[] {
  const leaves: RetireLeaf[] = [];
  let taken: string[] = [];
  const leafOf = (some: readonly string[]): RetireLeaf => ({ kind: 'retire', time, keys: some, reason });
  for (const key of keys) {
    if (taken.length > 0 && encodeLeaf(leafOf([...taken, key])).length > mostLeafBytes) {
      leaves.push(leafOf(taken));
      taken = [];
    }
    taken.push(key);
  }
  return [...leaves, leafOf(taken)];
}
