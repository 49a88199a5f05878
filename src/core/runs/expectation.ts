import { parseDuration, printDuration } from '../language/duration.ts';

/**
 * `in-time`: its latest event is no older than the profile expects. `silent`: it is, or there never was one. `not-set`: the
 * profile expects nothing of it.
 */
export type SilenceState = 'in-time' | 'silent' | 'not-set';

/** What the profile expects of one audit type, and what runs have seen of it. */
export interface Silence {
  state: SilenceState;
  /** How old its latest event may become; null where the profile does not say. */
  expectedSeconds: number | null;
  /** The oldest that its latest event became before a newer one was delivered; null until there were two. */
  longestSeconds: number | null;
  /** What one could expect, going by that: a duration as the profile holds it. */
  proposal: string | null;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * Judges the silence of an audit type. `ageMs`: age of its latest event; undefined where none is known. `longestMs`: the oldest
 * that a latest event became before. The proposal is twice that, in whole hours or days.
 */
export function judgeSilence(known: {
  ageMs: number | undefined;
  longestMs: number | undefined;
  expectedMs: number | undefined;
}): Silence {
  const { ageMs = Number.POSITIVE_INFINITY, longestMs, expectedMs } = known;
  const state = ageMs > (expectedMs ?? 0) ? 'silent' : 'in-time';
  return {
    state: expectedMs === undefined ? 'not-set' : state,
    expectedSeconds: expectedMs === undefined ? null : expectedMs / 1000,
    longestSeconds: longestMs === undefined ? null : longestMs / 1000,
    proposal: longestMs === undefined ? null : printDuration(roundUp(2 * longestMs)),
  };
}

/** The shortest of durations by type, in milliseconds; undefined where there is none. */
export function shortestOf(expect: Readonly<Record<string, string>>): number | undefined {
  const all = Object.values(expect).flatMap((text) => parseDuration(text) ?? []);
  return all.length === 0 ? undefined : Math.min(...all);
}

function roundUp(ms: number): number {
  const unit = ms <= 2 * dayMs ? hourMs : dayMs;
  return Math.max(unit, Math.ceil(ms / unit) * unit);
}
