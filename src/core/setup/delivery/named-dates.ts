/** Enough for what a person writes; a policy of thousands of dates is asked about the first. */
const most = 120;

/**
 * The dates and hours that texts of policies name (`event_date=2027-*`, `/2027/03/`, `event_hour=03`), as ISO 8601 up to the
 * hour: days on which a statement may hold and on no other.
 */
export function namedDates(text: string): string[] {
  const years = [...text.matchAll(/(?<!\d)((?:19|20)\d\d)[-/]?(\d\d)?[-/]?(\d\d)?(?!\d)/g)];
  const whole = years.map(([, year = '', month = '06', day = '15']) => `${year}-${month}-${day}T12`);
  const edges = years.flatMap(([, year = '', month]) =>
    month === undefined ? [`${year}-01-01T00`, `${year}-12-31T23`] : [],
  );
  const parts = [...text.matchAll(/(?<!\d)(\d\d)(?!\d)/g)].flatMap(([, number = '']) => [
    `2027-01-02T${number}`,
    `2027-01-${number}T12`,
    `2027-${number}-15T12`,
  ]);
  const monthAndDay = [...text.matchAll(/(?<!\d)(\d\d)[-/](\d\d)(?!\d)/g)].map(
    ([, month = '', day = '']) => `2027-${month}-${day}T12`,
  );
  const named = [...new Set([...whole, ...edges, ...monthAndDay, ...parts])];
  return named.filter((date) => isDate(date)).slice(0, most);
}

/** No 30 February, which `Date` would take for a day in March. */
function isDate(date: string): boolean {
  const ms = Date.parse(`${date}:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date);
}
