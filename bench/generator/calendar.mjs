// @ts-check
/** Epoch milliseconds to UTC calendar fields, by integer arithmetic: nothing here depends on the machine's time zone. */

const DAY_MS = 86_400_000;

/** The first moment whose epoch milliseconds have 13 digits (2001-09-09T01:46:40.000Z). */
export const EARLIEST_MS = 1_000_000_000_000;
/** The last moment whose epoch milliseconds have 13 digits (2286-11-20T17:46:39.999Z). */
export const LATEST_MS = 9_999_999_999_999;

/** @typedef {{ year: number, month: number, day: number, hour: number, minute: number, second: number, ms: number }} Calendar */

/**
 * The proleptic Gregorian date of a day number, by H. Hinnant's `civil_from_days`
 * (https://howardhinnant.github.io/date_algorithms.html#civil_from_days).
 * @param {number} epochMs EARLIEST_MS to LATEST_MS
 * @returns {Calendar} month 1 to 12, everything in UTC
 */
export function toCalendar(epochMs) {
  const days = Math.floor(epochMs / DAY_MS);
  const ofDay = epochMs - days * DAY_MS;
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
    hour: Math.floor(ofDay / 3_600_000),
    minute: Math.floor(ofDay / 60_000) % 60,
    second: Math.floor(ofDay / 1000) % 60,
    ms: ofDay % 1000,
  };
}

/**
 * The UTC partition of a moment.
 * @param {number} epochMs
 * @returns {{ date: string, hour: string }} `YYYY-MM-DD` and `HH`
 */
export function toPartition(epochMs) {
  const { year, month, day, hour } = toCalendar(epochMs);
  /** @param {number} value */
  const two = (value) => (value < 10 ? `0${value}` : `${value}`);
  return { date: `${year}-${two(month)}-${two(day)}`, hour: two(hour) };
}
