import { AuditExportError } from '../../../errors.ts';

const nsPerMs = 1_000_000n;
const nsPerSecond = 1_000_000_000n;

/** Prints nanoseconds since 1970 as Immuta does: `2021-09-20 17:20:00.391000000 +0000`. */
export function printNanoseconds(ns: bigint): string {
  const fraction = ((ns % nsPerSecond) + nsPerSecond) % nsPerSecond;
  const second = new Date(Number((ns - fraction) / nsPerMs)).toISOString();
  return `${second.slice(0, 10)} ${second.slice(11, 19)}.${String(fraction).padStart(9, '0')} +0000`;
}

/** Whole milliseconds of nanoseconds. */
export function millisecondsOf(ns: bigint): number {
  return Number(ns / nsPerMs);
}

/** Reads whole nanoseconds, as `DATE_PART(EPOCH_NANOSECOND, …)` gives them. Throws `snowflake-failed`, naming what they are of. */
export function parseNanoseconds(text: string, what: string): bigint {
  const digits = /^(-?\d+)(?:\.0*)?$/.exec(text)?.[1];
  if (digits !== undefined) return BigInt(digits);
  throw new AuditExportError(
    'snowflake-failed',
    `Snowflake gave ${JSON.stringify(text.slice(0, 50))} for ${what}, and not nanoseconds.`,
    { cure: 'Run it again with --verbose, and report it with what it says.' },
  );
}
