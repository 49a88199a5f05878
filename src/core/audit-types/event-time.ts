/** The forms in which vendors write an instant. */
export type InstantForm = 'epoch-ms' | 'epoch-s' | 'iso-8601';

/**
 * The first instant that is believed. Epoch seconds read as milliseconds fall into January and February 1970,
 * and so does a zero that stands for "unknown": filing those would be filing by accident.
 */
const earliestMs = Date.UTC(1971, 0, 1);
/** The key has four digits for the year. */
const latestMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

const parsers: Record<InstantForm, (value: unknown) => number | undefined> = {
  'epoch-ms': (value) => epochOf(value),
  'epoch-s': (value) => {
    const seconds = epochOf(value);
    // By microseconds, since 2182472442.469 * 1000 is a hair below its millisecond.
    return seconds === undefined ? undefined : Math.round(seconds * 1e6) / 1000;
  },
  'iso-8601': (value) => (typeof value === 'string' ? parseIsoInstant(value) : undefined),
};

/**
 * Reads an instant in one of the given forms; milliseconds since 1970 UTC, finer digits cut off (never rounded up into
 * the next day). Undefined if it is in none of them, or is outside 1971 to 9999.
 */
export function parseInstant(value: unknown, forms: readonly InstantForm[]): number | undefined {
  for (const form of forms) {
    const ms = parsers[form](value);
    if (ms !== undefined) return isBelievable(ms) ? Math.floor(ms) : undefined;
  }
  return undefined;
}

function isBelievable(ms: number): boolean {
  return ms >= earliestMs && ms <= latestMs;
}

function epochOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && /^\d{1,17}$/.test(value)) return Number(value);
  return undefined;
}

const daysInMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isRealDate(year: number, month: number, day: number): boolean {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && isLeap ? 29 : (daysInMonth[month - 1] ?? 0);
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  return year >= 1000 && day >= 1 && day <= days;
}

/** Date, clock, fraction, and the zone: `Z`, `UTC`, an offset, or nothing. */
const isoForm =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?: ?(?:[Zz]|UTC|([+-])(\d\d)(?::?(\d\d))?))?$/;

/**
 * Reads `YYYY-MM-DDTHH:MM:SS` with any number of fraction digits and `Z`, `±HH:MM`, `±HHMM`, `±HH` or no zone (UTC, as
 * the vendors document). A space may stand for the `T` and before the offset: Snowflake writes
 * `2021-09-20 17:20:00.39100000 +0000`, ALTR `2020-01-01 00:00:00.000000000Z`. `Date.parse` is no contract for these.
 * A leap second counts as the last millisecond of its minute, so it stays in its day.
 */
export function parseIsoInstant(text: string): number | undefined {
  const match = isoForm.exec(text);
  if (match === null) return undefined;
  const [
    ,
    year,
    month,
    day,
    hour,
    minute,
    second,
    fraction = '',
    sign,
    offsetHours = '0',
    offsetMinutes = '0',
  ] = match;
  if (!isRealDate(Number(year), Number(month), Number(day))) return undefined;
  const clock = clockMs(Number(hour), Number(minute), Number(second), fraction);
  const offset = clockOffsetMs(sign, Number(offsetHours), Number(offsetMinutes));
  if (clock === undefined || offset === undefined) return undefined;
  return Date.UTC(Number(year), Number(month) - 1, Number(day)) + clock - offset;
}

function clockMs(hour: number, minute: number, second: number, fraction: string): number | undefined {
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const minutes = (hour * 60 + minute) * 60_000;
  return second === 60 ? minutes + 59_999 : minutes + second * 1000 + Number(`${fraction}000`.slice(0, 3));
}

/** UTC offsets reach from -12:00 to +14:00 today; some in history were a little wider. */
function clockOffsetMs(sign: string | undefined, hours: number, minutes: number): number | undefined {
  if (hours > 18 || minutes > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
