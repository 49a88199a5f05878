import { AuditExportError } from '../../errors.ts';
import { parseDuration } from '../language/duration.ts';

const longestHours = 24;

/** Reads a duration of whole hours, `1h` to `24h`, as hours. Throws `usage`. */
export function parseEvery(text: string): number {
  const hours = (parseDuration(text) ?? Number.NaN) / 3_600_000;
  if (Number.isInteger(hours) && hours >= 1 && hours <= longestHours) return hours;
  throw new AuditExportError(
    'usage',
    `--every: ${JSON.stringify(text)} is no number of hours from 1 to 24.`,
    {
      cure: 'Use --every 1h, --every 6h or --every 24h.',
    },
  );
}

/** Whether runs can be as far apart over midnight as within a day: where not, calendars like cron's have one shorter gap. */
export function dividesDay(hours: number): boolean {
  return longestHours % hours === 0;
}

/** The hours of a day at which a calendar that begins anew each day runs: 0, 5, 10, 15, 20 for every 5. */
export function hoursOfDay(hours: number): number[] {
  return Array.from({ length: Math.ceil(longestHours / hours) }, (_, run) => run * hours);
}

/** The same hours as cron writes them. */
export function cronHours(hours: number): string {
  if (hours === 1) return '*';
  return hours === longestHours ? '0' : `*/${hours}`;
}

/**
 * A minute of the hour that depends on the name alone, so that many profiles, and everybody's, do not all run on the hour.
 * FNV-1a: short names that differ in one letter fall far apart.
 */
export function minuteOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash % 60;
}
