import type { ColumnName, EventRow } from '../columns/standard-columns.ts';
import { longestNeedle } from './text-window.ts';

/** What is asked of an event: all that is given must hold. Words are compared without their case. */
export interface Criteria {
  readonly types?: readonly string[] | undefined;
  readonly actor?: string | undefined;
  readonly object?: string | undefined;
  readonly column?: string | undefined;
  readonly tag?: string | undefined;
  readonly action?: string | undefined;
  readonly decision?: string | undefined;
  /** Stands in a text of the event, anywhere. */
  readonly text?: string | undefined;
  /** Milliseconds since 1970 UTC; `untilMs` is not in it. */
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
}

const same = (value: string | null, wanted: string): boolean => value?.toLowerCase() === wanted;

/** Reads a column of an event. */
export type ReadColumn = <K extends ColumnName>(name: K) => EventRow[K];

/** How each criterion is held against the columns of an event; `wanted` is in lower case. */
const checks: {
  readonly [K in 'actor' | 'object' | 'column' | 'tag' | 'action' | 'decision']: (
    read: ReadColumn,
    wanted: string,
  ) => boolean;
} = {
  actor: (read, wanted) => same(read('actor'), wanted),
  // DATABASE.SCHEMA.TABLE is also found as TABLE and as SCHEMA.TABLE.
  object: (read, wanted) =>
    read('object').some((name) => same(name, wanted) || name.toLowerCase().endsWith(`.${wanted}`)),
  column: (read, wanted) => read('columns').some((name) => same(name, wanted)),
  tag: (read, wanted) => read('tags').some((name) => same(name, wanted)),
  action: (read, wanted) => same(read('action'), wanted),
  decision: (read, wanted) => same(read('decision'), wanted),
};

type Check = keyof typeof checks;

/** Builds the function that says whether an event is asked for, by itself and those of its columns that are asked about. */
export function buildMatcher(criteria: Criteria): (read: ReadColumn, event: unknown) => boolean {
  const { sinceMs, untilMs, text } = criteria;
  const wanted = (Object.keys(checks) as Check[]).flatMap((name) => {
    const word = criteria[name];
    return word === undefined ? [] : [{ check: checks[name], word: word.toLowerCase() }];
  });
  const sought = text?.toLowerCase();
  return (read, event) => {
    if (sinceMs !== undefined || untilMs !== undefined) {
      const time = read('event_time');
      if (time === null || (sinceMs !== undefined && time < sinceMs)) return false;
      if (untilMs !== undefined && time >= untilMs) return false;
    }
    if (!wanted.every(({ check, word }) => check(read, word))) return false;
    return sought === undefined || holdsText(event, sought);
  };
}

function holdsText(value: unknown, sought: string): boolean {
  if (typeof value === 'string') return value.toLowerCase().includes(sought);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value) === sought;
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((member) => holdsText(member, sought));
}

/**
 * The longest piece of the criteria that stands in the bytes of every event that fulfils them as it is, whatever its case, unless
 * the line holds an escape by number (`\u0041`); '' if there is none: then every line is read.
 */
export function needleOf(criteria: Criteria): string {
  const words = ['actor', 'object', 'column', 'tag', 'action', 'text'] as const;
  const runs = words.flatMap((name) => plainRuns(criteria[name] ?? '', name === 'tag' || name === 'object'));
  return runs.reduce((longest, run) => (run.length > longest.length ? run : longest), '');
}

/**
 * Parts of a word without what JSON may write in more than one way, and without letters that have more than one form. A word that
 * is put together from several places of an event (`DATABASE.TABLE`, `NAME=VALUE`) is looked for by its parts.
 */
function plainRuns(word: string, isJoined: boolean): string[] {
  const pieces = isJoined ? word.split(/[.=]/) : [word];
  return pieces.flatMap((piece) => piece.match(/[A-Za-z0-9 _@#$%&()*+,:;<>?!.=-]+/g) ?? []);
}

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
/** What stands in JSON in strings only, for outside of them there are true, false, null, numbers and what is between values. */
const standsInStrings = (text: string): boolean =>
  /[bcdghijkmopqvwxyz_@#$%&()*;<>?!=]/i.test(text) ||
  (/^[a-z]+$/i.test(text) && !'true false null'.includes(text.toLowerCase()));

/**
 * Whether a line that holds the needle of the criteria at `at` fulfils them for certain, though nothing of it is parsed: only a text
 * is asked for, and it stands there as it is, in a value. False says nothing.
 */
export function buildQuickMatcher(criteria: Criteria): (line: Buffer, at: number) => boolean {
  const { text = '', sinceMs, untilMs } = criteria;
  const others = (Object.keys(checks) as Check[]).some((name) => criteria[name] !== undefined);
  const isPlain = needleOf(criteria) === text && text.length <= longestNeedle && standsInStrings(text);
  if (others || sinceMs !== undefined || untilMs !== undefined || !isPlain) return () => false;
  return (line, at) => {
    // Its first letter may be that of an escape (`\n`).
    if (line[at - 1] === backslash) return false;
    let end = line.indexOf(quote, at + text.length);
    while (end !== -1 && isEscaped(line, end)) end = line.indexOf(quote, end + 1);
    if (end === -1) return false;
    let next = end + 1;
    while (next < line.length && (line[next] as number) <= 0x20) next++;
    // A colon behind it: that is the name of a member.
    return line[next] !== colon;
  };
}

function isEscaped(line: Buffer, at: number): boolean {
  let before = at;
  while (line[before - 1] === backslash) before--;
  return (at - before) % 2 === 1;
}
