import type { EventRow } from './standard-columns.ts';

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

/** How each criterion is held against the columns of an event; `wanted` is in lower case. */
const checks: {
  readonly [K in 'actor' | 'object' | 'column' | 'tag' | 'action' | 'decision']: (
    row: EventRow,
    wanted: string,
  ) => boolean;
} = {
  actor: ({ actor }, wanted) => same(actor, wanted),
  // DATABASE.SCHEMA.TABLE is also found as TABLE and as SCHEMA.TABLE.
  object: ({ object }, wanted) =>
    object.some((name) => same(name, wanted) || name.toLowerCase().endsWith(`.${wanted}`)),
  column: ({ columns }, wanted) => columns.some((name) => same(name, wanted)),
  tag: ({ tags }, wanted) => tags.some((name) => same(name, wanted)),
  action: ({ action }, wanted) => same(action, wanted),
  decision: ({ decision }, wanted) => same(decision, wanted),
};

type Check = keyof typeof checks;

/** Builds the function that says whether an event is asked for, by its columns and itself. */
export function buildMatcher(criteria: Criteria): (row: EventRow, event: unknown) => boolean {
  const { sinceMs, untilMs, text } = criteria;
  const wanted = (Object.keys(checks) as Check[]).flatMap((name) => {
    const word = criteria[name];
    return word === undefined ? [] : [{ check: checks[name], word: word.toLowerCase() }];
  });
  const sought = text?.toLowerCase();
  return (row, event) => {
    const time = row.event_time;
    if (sinceMs !== undefined && (time === null || time < sinceMs)) return false;
    if (untilMs !== undefined && (time === null || time >= untilMs)) return false;
    if (!wanted.every(({ check, word }) => check(row, word))) return false;
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
