import type { TimeRange } from './statement/statement.ts';

export const nsPerDay = 86_400_000_000_000n;

/** The last boundary between windows at or before a time. Windows lie on multiples of their length since 1970 UTC. */
export function windowStart(ns: bigint, windowNs: bigint): bigint {
  return ns - (((ns % windowNs) + windowNs) % windowNs);
}

/** The first boundary after a time: where the window ends in which it lies. */
export function windowEnd(ns: bigint, windowNs: bigint): bigint {
  return windowStart(ns, windowNs) + windowNs;
}

/** The window in which a time lies. */
export function windowOf(ns: bigint, windowNs: bigint): TimeRange {
  return { fromNs: windowStart(ns, windowNs), untilNs: windowEnd(ns, windowNs) };
}

/**
 * Cuts a range of time at the boundaries of windows into spans of at most `spanNs` (one window at least): one statement
 * each. The first may begin within a window.
 */
export function* spansOf(range: TimeRange, windowNs: bigint, spanNs: bigint): Generator<TimeRange> {
  const perSpan = spanNs > windowNs ? windowStart(spanNs, windowNs) : windowNs;
  for (let fromNs = range.fromNs; fromNs < range.untilNs;) {
    const end = windowStart(fromNs, windowNs) + perSpan;
    const untilNs = end < range.untilNs ? end : range.untilNs;
    yield { fromNs, untilNs };
    fromNs = untilNs;
  }
}

/** What the range to read follows from; times and lengths in nanoseconds. */
export interface ReadingRules {
  windowNs: bigint;
  /** How long after the end of a query its rows are waited for. */
  settleNs: bigint;
  /** How far back is looked for rows that came later than that. */
  overlapNs: bigint;
}

/** How long Snowflake keeps the views that are read, and a day. */
const keptNs = 366n * nsPerDay;

/**
 * Up to where history is complete: the last boundary of windows before Snowflake's clock less the settle time, or before
 * `until` where that is earlier.
 */
export function readableUntil(nowNs: bigint, until: bigint | undefined, rules: ReadingRules): bigint {
  const settled = nowNs - rules.settleNs;
  return windowStart(until !== undefined && until < settled ? until : settled, rules.windowNs);
}

/** Where a first run begins: at the window of `since`, else an overlap before the end; not before what Snowflake keeps. */
export function firstStart(
  { nowNs, untilNs }: { nowNs: bigint; untilNs: bigint },
  since: bigint | undefined,
  { windowNs, overlapNs }: ReadingRules,
): bigint {
  const wanted = since ?? untilNs - overlapNs;
  const kept = nowNs - keptNs;
  return windowStart(wanted > kept ? wanted : kept, windowNs);
}
