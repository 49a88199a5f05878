import { formatDuration } from '../../../core/report/format.ts';

const hourMs = 3_600_000;

/** A duration in milliseconds, in days and hours where it has days. */
export function formatAge(ms: number): string {
  return ms < 48 * hourMs ? formatDuration(ms) : formatHours(Math.floor(ms / hourMs));
}

/** A number of hours, in days and hours where it has days. */
export function formatHours(hours: number): string {
  if (hours < 48) return `${hours} h`;
  return `${Math.floor(hours / 24)} d${hours % 24 === 0 ? '' : ` ${hours % 24} h`}`;
}

/** An instant (ISO 8601, UTC) to the minute: `2026-11-22 08:00`. */
export function formatMinute(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ');
}
