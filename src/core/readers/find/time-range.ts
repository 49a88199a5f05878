import { AuditExportError } from '../../../errors.ts';
import { parseIsoInstant } from '../../audit-types/event-time.ts';
import { parseDuration } from '../../language/duration.ts';

const dayMs = 86_400_000;

/** Event times that are asked for, milliseconds since 1970 UTC; `untilMs` is not in it. */
export interface TimeRange {
  sinceMs: number | undefined;
  untilMs: number | undefined;
}

/**
 * Reads `--since` and `--until`: a day (of --until all of it), a moment, a duration before now, `today` or `yesterday`, in UTC.
 * Throws `usage`.
 */
export function parseTimeRange(
  { since, until }: { since: string | undefined; until: string | undefined },
  nowMs: number,
): TimeRange {
  const sinceMs = since === undefined ? undefined : momentOf('--since', since, nowMs).from;
  const untilMs = until === undefined ? undefined : momentOf('--until', until, nowMs).to;
  if (sinceMs !== undefined && untilMs !== undefined && sinceMs >= untilMs)
    throw new AuditExportError(
      'usage',
      `--since ${since} is not before --until ${until}: nothing lies between.`,
      {
        cure: 'Give --since the earlier one.',
      },
    );
  return { sinceMs, untilMs };
}

function momentOf(flag: string, text: string, nowMs: number): { from: number; to: number } {
  const today = Math.floor(nowMs / dayMs) * dayMs;
  const day = (from: number): { from: number; to: number } => ({ from, to: from + dayMs });
  if (text === 'today') return day(today);
  if (text === 'yesterday') return day(today - dayMs);
  const duration = parseDuration(text);
  if (duration !== undefined) return { from: nowMs - duration, to: nowMs - duration };
  if (/^\d{4}-\d\d-\d\d$/.test(text)) {
    const from = parseIsoInstant(`${text}T00:00:00Z`);
    if (from !== undefined) return day(from);
  }
  const moment = parseIsoInstant(text);
  if (moment !== undefined) return { from: moment, to: moment };
  throw new AuditExportError('usage', `${flag}: ${JSON.stringify(text)} is no time.`, {
    cure: 'Use a day such as 2026-09-01, a moment such as 2026-09-01T10:00:00Z, a duration before now such as 7d, today or yesterday.',
  });
}
