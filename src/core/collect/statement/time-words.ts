import { AuditExportError } from '../../../errors.ts';
import { parseIsoInstant } from '../../audit-types/event-time.ts';
import { parseDuration } from '../../language/duration.ts';

const nsPerMs = 1_000_000n;

/**
 * Reads a time, `2026-03-01` or `2026-03-01T12:00:00Z` (UTC where it names no zone), or an age, `90d`, counted back from
 * `nowNs`; nanoseconds since 1970. Throws `usage`, naming the flag.
 */
export function parseTimeOrAge(flag: string, text: string, nowNs: bigint): bigint {
  const age = parseDuration(text);
  if (age !== undefined) return nowNs - BigInt(age) * nsPerMs;
  const words = text.trim();
  const ms = parseIsoInstant(/^\d{4}-\d\d-\d\d$/.test(words) ? `${words}T00:00:00Z` : words);
  if (ms !== undefined) return BigInt(ms) * nsPerMs;
  throw new AuditExportError('usage', `--${flag}: ${JSON.stringify(text)} is neither a time nor an age.`, {
    cure: 'Use a date (2026-03-01), a time (2026-03-01T12:00:00Z) or an age (90d, 36h).',
  });
}
