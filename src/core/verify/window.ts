import { AuditExportError } from '../../errors.ts';

const dayMs = 86_400_000;
const form = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z)?$/;

/**
 * Reads `2026-01-31` or `2026-01-31T08:00Z` as epoch milliseconds; as an end, a day is taken with all of its hours. Throws
 * `usage` for anything else. `place`: the flag, for the message.
 */
export function parseTime(text: string, place: string, isEnd: boolean): number {
  const ms = form.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms))
    throw new AuditExportError('usage', `${place}: ${JSON.stringify(text)} is no time.`, {
      cure: 'Write a day, 2026-01-31, or a time in UTC, 2026-01-31T08:00Z.',
    });
  return isEnd && !text.includes('T') ? ms + dayMs : ms;
}

/** From when until when (exclusive); undefined for all. Throws `usage`, also for an end before the beginning. */
export function parseWindow(
  from: string | undefined,
  to: string | undefined,
): { from: number | undefined; to: number | undefined } {
  const window = {
    from: from === undefined ? undefined : parseTime(from, '--from', false),
    to: to === undefined ? undefined : parseTime(to, '--to', true),
  };
  if (window.from !== undefined && window.to !== undefined && window.from >= window.to)
    throw new AuditExportError('usage', `--from ${String(from)} is not before --to ${String(to)}.`, {
      cure: 'Exchange them.',
    });
  return window;
}
