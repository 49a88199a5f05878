/**
 * `speaking`: it was heard as lately as one may expect. `silent`: it has stopped. `too-early`: too little is known of it to
 * tell, or it speaks too rarely.
 */
export type SilenceState = 'speaking' | 'silent' | 'too-early';

/** What the hours in which an audit type spoke say about its silence. Durations are in hours. */
export interface Silence {
  state: SilenceState;
  /** Since its last event, as far as the sources were read. */
  quietHours: number;
  /** The longest it was quiet before. */
  longestQuietHours: number;
  /** From how many quiet hours on it counts as silent at any time of the week; it may be told earlier. */
  limitHours: number | null;
}

const weekHours = 7 * 24;
/** It must have spoken in so many hours, over a whole week at least, before its silence means anything. */
const leastHours = 10;
const leastSpanHours = weekHours;
/** An alarm may be wrong once in so many quiet spells. */
const spellsPerFalseAlarm = 2000;
/** Hours of the week in which it spoke as often as this are hours in which it usually speaks. */
const usualShare = 0.8;
/** Fewer usual hours say nothing: a late start in the morning, a clock that was put forward in spring. */
const leastMissed = 3;

/**
 * Judges the silence of one audit type. `spoken`: the hours (counted from 1970, rising) in which its events happened;
 * `heardUntil`: the hour up to which the sources have been read, which is not now: what nobody read yet is no silence.
 *
 * It is silent when it has been quiet for k times as long as ever before, where k makes a false alarm rarer than one in
 * 2,000 quiet spells even if events come at random: the longest of n + 1 such spells is k times the longest of the
 * others with a chance of 1 in C(n + k, k). Or, sooner, when it missed so many of its usual hours in a row as chance
 * allows once in 2,000 times, and twice as many as ever before besides. Usual are the hours of the week in which it
 * spoke in at least four of five weeks. A week-end that is always quiet has no such hours, so it does not count.
 */
export function judgeSilence(spoken: readonly number[], heardUntil: number): Silence {
  const first = spoken[0] ?? heardUntil;
  const last = spoken.at(-1) ?? heardUntil;
  const quietHours = Math.max(0, heardUntil - last);
  const gaps = spoken.slice(1).map((hour, index) => hour - (spoken[index] as number));
  const longestQuietHours = gaps.reduce((longest, gap) => Math.max(longest, gap), 0);
  if (spoken.length < leastHours || last - first < leastSpanHours)
    return { state: 'too-early', quietHours, longestQuietHours, limitHours: null };
  const limitHours = longestQuietHours * patience(gaps.length) + 1;
  const silent = quietHours > limitHours || missesUsualHours(spoken, heardUntil);
  return { state: silent ? 'silent' : 'speaking', quietHours, longestQuietHours, limitHours };
}

/** The smallest k of at least 2 for which C(n + k, k) reaches the wanted rarity. */
function patience(gaps: number): number {
  let ways = 1;
  let k = 0;
  while (ways < spellsPerFalseAlarm || k < 2) {
    k++;
    ways = (ways * (gaps + k)) / k;
  }
  return k;
}

function missesUsualHours(spoken: readonly number[], heardUntil: number): boolean {
  const first = spoken[0] as number;
  const last = spoken.at(-1) as number;
  if (last - first < 2 * weekHours) return false;
  const { usual, chance } = usualHours(spoken, first, last);
  let longest = 0;
  for (let at = 1; at < spoken.length; at++)
    longest = Math.max(longest, missedBetween(usual, spoken[at - 1] as number, spoken[at] as number));
  const rare = Math.max(leastMissed, Math.ceil(Math.log(spellsPerFalseAlarm) / -Math.log(chance)));
  // The hour in which reading ended is not over, so it can't have been missed.
  return missedBetween(usual, last, heardUntil) >= 2 * longest + rare;
}

/**
 * For each hour of the week, whether it usually speaks then; and the chance that it misses such an hour. That chance is
 * asked of each week with what the other weeks call usual: random hours would otherwise look like a habit. (The rule of
 * succession keeps it above 0.)
 */
function usualHours(
  spoken: readonly number[],
  first: number,
  last: number,
): { usual: boolean[]; chance: number } {
  const times = Array.from({ length: weekHours }, () => 0);
  for (const hour of spoken) times[hour % weekHours] = (times[hour % weekHours] as number) + 1;
  let heard = 0;
  let missed = 0;
  const usual = times.map((spokeThen, slot) => {
    const weeks = Math.floor((last - slot) / weekHours) - Math.floor((first - 1 - slot) / weekHours);
    const enough = usualShare * (weeks - 1);
    if (weeks >= 2 && spokeThen - 1 >= enough) heard += spokeThen;
    if (weeks >= 2 && spokeThen >= enough) missed += weeks - spokeThen;
    return weeks >= 2 && spokeThen >= usualShare * weeks;
  });
  return { usual, chance: (missed + 1) / (heard + missed + 2) };
}

/** Usual hours after one hour and before another, neither included. */
function missedBetween(usual: readonly boolean[], after: number, before: number): number {
  let missed = 0;
  for (let hour = after + 1; hour < before; hour++) if (usual[hour % weekHours] === true) missed++;
  return missed;
}
