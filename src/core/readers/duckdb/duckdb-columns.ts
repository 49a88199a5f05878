import type { TimeField } from '../../audit-types/audit-type.ts';
import type { InstantForm } from '../../audit-types/event-time.ts';
import { parsePointer } from '../../audit-types/json-pointer.ts';
import { sqlName, sqlText } from './sql-words.ts';
import type { StandardColumn } from '../columns/standard-columns.ts';
import { standardColumns } from '../columns/standard-columns.ts';
import type { Condition, Place, Steps, TypeColumns } from '../columns/type-columns.ts';

/** A path of DuckDB's JSON functions. */
function pathOf(steps: Steps): string {
  return sqlText(
    `$${steps.map((step) => (step === '*' ? '[*]' : `."${step.replaceAll('"', '\\"')}"`)).join('')}`,
  );
}

const manyAt = ({ steps }: Pick<Place, 'steps'>): boolean => steps.includes('*');

/** The JSON that a place begins in: the event, or the text within it that holds JSON. */
function rootOf(event: string, { within }: Pick<Place, 'within'>): string {
  if (within === undefined) return event;
  const text = `json_extract_string(${event}, ${pathOf(within)})`;
  return `CASE WHEN regexp_matches(${text}, '^\\s*[\\[{]') THEN try_cast(${text} AS JSON) END`;
}

/** The texts at a place with several, nulls and empty texts among them. */
function textsAt(event: string, place: Place): string {
  const root = rootOf(event, place);
  if (place.join === undefined) {
    const path = pathOf(place.steps);
    return manyAt(place)
      ? `coalesce(json_extract_string(${root}, ${path}), [])`
      : `[json_extract_string(${root}, ${path})]`;
  }
  const { parts, separator } = place.join;
  const items = `json_extract(${root}, ${pathOf(place.steps)})`;
  const joined = parts.map((part) => `nullif(json_extract_string(x, ${pathOf(part)}), '')`).join(', ');
  const list = manyAt(place) ? `coalesce(${items}, [])` : `[${items}]`;
  return `list_transform(${list}, lambda x: concat_ws(${sqlText(separator)}, ${joined}))`;
}

/** The first text at a place; null for an empty one. */
function textAt(event: string, place: Place): string {
  if (!manyAt(place))
    return `nullif(json_extract_string(${rootOf(event, place)}, ${pathOf(place.steps)}), '')`;
  return `list_filter(${textsAt(event, place)}, lambda x: x IS NOT NULL AND x <> '')[1]`;
}

const nothing: Record<StandardColumn['kind'], string> = {
  time: 'NULL::TIMESTAMP',
  text: 'NULL::VARCHAR',
  list: '[]::VARCHAR[]',
  integer: 'NULL::BIGINT',
  json: 'NULL::JSON',
};

function firstOf(expressions: readonly string[]): string {
  return expressions.length === 1 ? (expressions[0] as string) : `coalesce(${expressions.join(', ')})`;
}

/** Each value once, in the order in which they are found. */
function listOf(event: string, places: readonly Place[]): string {
  const all = places.map((place) => textsAt(event, place)).join(' || ');
  const there = `list_filter(${all}, lambda x: x IS NOT NULL AND x <> '')`;
  return `list_filter(${there}, lambda x, i: list_position(${there}, x) = i)`;
}

function integerOf(event: string, places: readonly Place[]): string {
  const text = firstOf(places.map((place) => textAt(event, place)));
  return `CASE WHEN regexp_full_match(${text}, '-?\\d{1,15}') THEN (${text})::BIGINT END`;
}

function jsonOf(event: string, places: readonly Place[]): string {
  return firstOf(
    places.map((place) => {
      if (place.members !== undefined) {
        const made = place.members.map(
          ({ name, steps }) => `${sqlText(name)}, json_extract(${event}, ${pathOf(steps)})`,
        );
        return `json_object(${made.join(', ')})`;
      }
      const value =
        place.steps.length === 0
          ? rootOf(event, place)
          : `json_extract(${rootOf(event, place)}, ${pathOf(place.steps)})`;
      return `CASE WHEN json_type(${value}) <> 'NULL' THEN ${value} END`;
    }),
  );
}

function wordsOf(words: readonly string[]): string {
  return words.map(sqlText).join(', ');
}

function conditionOf(event: string, { place, in: one, notIn: none, from, below }: Condition): string {
  const tests = (text: string): string =>
    [
      `${text} <> ''`,
      ...(one === undefined ? [] : [`lower(${text}) IN (${wordsOf(one)})`]),
      ...(none === undefined || none.length === 0 ? [] : [`lower(${text}) NOT IN (${wordsOf(none)})`]),
      ...(from === undefined ? [] : [`try_cast(${text} AS DOUBLE) >= ${from}`]),
      ...(below === undefined ? [] : [`try_cast(${text} AS DOUBLE) < ${below}`]),
    ].join(' AND ');
  if (!manyAt(place)) return `coalesce(${tests(textAt(event, place))}, false)`;
  return `len(list_filter(${textsAt(event, place)}, lambda x: coalesce(${tests('x')}, false))) > 0`;
}

function decisionOf(event: string, { decision }: TypeColumns): string {
  if (decision.length === 0) return nothing.text;
  const cases = decision.map(
    ({ is, where }) =>
      `WHEN ${where.map((condition) => conditionOf(event, condition)).join(' OR ')} THEN ${sqlText(is)}`,
  );
  return `CASE ${cases.join(' ')} END`;
}

/** What is believed of a time: 1971 to 9999, in milliseconds (src/core/audit-types/event-time.ts). */
const believed = `BETWEEN ${Date.UTC(1971, 0)} AND ${Date.UTC(9999, 11, 31, 23, 59, 59, 999)}`;

const fromMs = (ms: string): string => `CASE WHEN ${ms} ${believed} THEN make_timestamp(${ms} * 1000) END`;
const number = "'-?\\d{1,17}(\\.\\d+)?'";
const isoStart = "'^\\d{4}-\\d\\d-\\d\\d[Tt ]\\d\\d:\\d\\d:\\d\\d'";

/** When a text is of a form, and the instant then. */
const instants: Readonly<Record<InstantForm, (text: string) => { when: string; instant: string }>> = {
  'epoch-ms': (text) => ({
    when: `regexp_full_match(${text}, ${number})`,
    instant: fromMs(`try_cast(floor(try_cast(${text} AS DECIMAL(28, 9))) AS BIGINT)`),
  }),
  'epoch-s': (text) => ({
    when: `regexp_full_match(${text}, ${number})`,
    instant: fromMs(`try_cast(floor(try_cast(${text} AS DECIMAL(28, 9)) * 1000) AS BIGINT)`),
  }),
  'iso-8601': (text) => {
    const clock = `regexp_replace(${text}, '^(.{10}).(.{8})(?:[.,](\\d{1,3}))?.*$', '\\1 \\2.\\30')`;
    const zone = `substr(${text}, 20)`;
    const offset = "'([+-])(\\d\\d):?(\\d\\d)?$'";
    const part = (group: number): string =>
      `coalesce(try_cast(regexp_extract(${zone}, ${offset}, ${group}) AS INTEGER), 0)`;
    const sign = `CASE regexp_extract(${zone}, ${offset}, 1) WHEN '-' THEN -1 ELSE 1 END`;
    return {
      when: `regexp_matches(${text}, ${isoStart})`,
      instant: `try_cast(${clock} AS TIMESTAMP) - to_minutes(${sign} * (${part(2)} * 60 + ${part(3)}))`,
    };
  },
};

/** The first place that holds anything decides. */
function timeOf(event: string, times: readonly TimeField[]): string {
  if (times.length === 0) return nothing.time;
  const cases = times.map(({ at, forms }) => {
    const text = textAt(event, { steps: parsePointer(at) });
    const ways = forms
      .map((form) => instants[form](text))
      .map(({ when, instant }) => `WHEN ${when} THEN ${instant}`);
    return `WHEN ${text} IS NOT NULL THEN CASE ${ways.join(' ')} END`;
  });
  return `CASE ${cases.join(' ')} END`;
}

/**
 * The standard columns of a type as expressions of DuckDB over `event`, an expression of type JSON: `… AS "name"`, in their order.
 * They give what `buildRowReader` reads.
 */
export function duckdbColumns(columns: TypeColumns, event: string): string[] {
  return standardColumns.map(
    ({ name, kind }) => `${expressionOf(columns, event, { name, kind })} AS ${sqlName(name)}`,
  );
}

function expressionOf(
  columns: TypeColumns,
  event: string,
  { name, kind }: Pick<(typeof standardColumns)[number], 'name' | 'kind'>,
): string {
  if (name === 'event_time') return timeOf(event, columns.times);
  if (name === 'decision') return decisionOf(event, columns);
  const places = columns.places[name];
  if (places.length === 0) return nothing[kind];
  if (kind === 'list') return listOf(event, places);
  if (kind === 'integer') return integerOf(event, places);
  if (kind === 'json') return jsonOf(event, places);
  return firstOf(places.map((place) => textAt(event, place)));
}
