const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** What a text that is no duration is told. */
export const durationRule = 'a duration is a number with ms, s, m, h or d, such as 30s or 15m';

/** Milliseconds of `500ms`, `30s`, `15m`, `2h` or `1d`; undefined for any other text. The grammar of every duration. */
export function parseDuration(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text.trim()) ?? [];
  return number === undefined ? undefined : Number(number) * (unitsMs[unit] as number);
}

/** The shortest way to write a whole number of milliseconds that `parseDuration` reads: `36h`, `90s`. */
export function printDuration(ms: number): string {
  const [unit, size] = Object.entries(unitsMs).findLast(([, size]) => ms % size === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}
