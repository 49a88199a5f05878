import type { TimeRange } from './statement/statement.ts';
import type { TranslationRules } from './translate/translate-query.ts';
import { nsPerDay } from './windows.ts';

/** By what the records of a time were made: the contents of the files by their SHA-256, and what else decides which there are. */
export interface MadeBy {
  users: string | null;
  dataSources: string | null;
  unmapped: TranslationRules['unmapped'];
  form: TranslationRules['form'];
  redact: boolean;
  /** Whether client and address were read, and log-ins. */
  client: boolean;
  logins: boolean;
}

/** A time, in nanoseconds since 1970 as text, and by what its records were made: first by the first, then by the others. */
export interface MadeRange {
  fromNs: string;
  /** Null: until now. */
  untilNs: string | null;
  by: readonly MadeBy[];
}

/** By what the records of each time were made that was read, in order of time. */
export type MadeHistory = readonly MadeRange[];

/** Snowflake keeps a year. */
const keptNs = 400n * nsPerDay;

/** The history where from `fromNs` on all is made by `now`; the same object where it says so already. */
export function goingOn(history: MadeHistory, fromNs: bigint, now: MadeBy): MadeHistory {
  const last = history.at(-1);
  if (last?.untilNs === null && last.by.length === 1 && isSame(last.by[0], now)) return history;
  const kept = history.flatMap((range) => cut(range, fromNs - keptNs, fromNs));
  return [...kept, { fromNs: String(fromNs), untilNs: null, by: [now] }];
}

/** The history where a range was read once more, and made by `now` as well. */
export function withMade(history: MadeHistory, { fromNs, untilNs }: TimeRange, now: MadeBy): MadeHistory {
  if (fromNs >= untilNs) return history;
  const inside = history.flatMap((range) => cut(range, fromNs, untilNs));
  const more = [...gapsIn(inside, { fromNs, untilNs }), ...inside].map(
    ({ fromNs: from, untilNs: until, by }): MadeRange => ({
      fromNs: from,
      untilNs: until,
      by: by.some((one) => isSame(one, now)) ? by : [...by, now],
    }),
  );
  const outside = history.flatMap((range) => [
    ...cut(range, undefined, fromNs),
    ...cut(range, untilNs, undefined),
  ]);
  return joined([...outside, ...more].sort((a, b) => (BigInt(a.fromNs) < BigInt(b.fromNs) ? -1 : 1)));
}

/** By what the records of a moment were made; nothing where it was not read. */
export function madeAt(history: MadeHistory, ns: bigint): readonly MadeBy[] {
  return history.find((range) => cut(range, ns, ns + 1n).length > 0)?.by ?? [];
}

/** All by which records of a range were made. */
export function madeWithin(history: MadeHistory, { fromNs, untilNs }: TimeRange): MadeBy[] {
  return history.flatMap((range) => cut(range, fromNs, untilNs).flatMap(({ by }) => by));
}

export function isSame(one: MadeBy | undefined, other: MadeBy): boolean {
  return (
    one !== undefined && (Object.keys(other) as (keyof MadeBy)[]).every((name) => one[name] === other[name])
  );
}

/** What of a range lies between two moments. */
function cut(range: MadeRange, fromNs: bigint | undefined, untilNs: bigint | undefined): MadeRange[] {
  const begins = BigInt(range.fromNs);
  const ends = range.untilNs === null ? undefined : BigInt(range.untilNs);
  const from = fromNs === undefined || begins > fromNs ? begins : fromNs;
  const until = ends === undefined || (untilNs !== undefined && untilNs < ends) ? untilNs : ends;
  if (until !== undefined && from >= until) return [];
  return [{ fromNs: String(from), untilNs: until === undefined ? null : String(until), by: range.by }];
}

/** What of a range no other covers: it was never read. */
function gapsIn(inside: readonly MadeRange[], { fromNs, untilNs }: TimeRange): MadeRange[] {
  const gaps: MadeRange[] = [];
  let at = fromNs;
  for (const range of inside) {
    const begins = BigInt(range.fromNs);
    if (begins > at) gaps.push({ fromNs: String(at), untilNs: String(begins), by: [] });
    at = range.untilNs === null ? untilNs : BigInt(range.untilNs);
  }
  if (at < untilNs) gaps.push({ fromNs: String(at), untilNs: String(untilNs), by: [] });
  return gaps;
}

/** Neighbours that were made alike are one. */
function joined(ranges: readonly MadeRange[]): MadeHistory {
  const all: MadeRange[] = [];
  for (const range of ranges) {
    const last = all.at(-1);
    const isAlike =
      last?.by.length === range.by.length && range.by.every((by, at) => isSame(last.by[at], by));
    if (last !== undefined && isAlike && last.untilNs === range.fromNs)
      all[all.length - 1] = { ...last, untilNs: range.untilNs };
    else all.push(range);
  }
  return all;
}
