import type { TimeField } from '../../audit-types/audit-type.ts';
import type { ColumnName, StandardColumn } from '../../readers/columns/standard-columns.ts';
import { standardColumns } from '../../readers/columns/standard-columns.ts';
import type { Condition, Place, Steps, TypeColumns } from '../../readers/columns/type-columns.ts';

/**
 * The standard columns of a type as expressions of Athena's SQL (engine version 3, which is Trino's) over a column that holds a line as
 * text: the same values as the row reader gives. What is not there is NULL, or an empty list. Sources: "JSON functions and operators",
 * "Array functions" and "Date and time functions", Trino documentation.
 */
export function columnExpressions(type: TypeColumns, line: string): { name: ColumnName; sql: string }[] {
  return standardColumns.map(({ name, kind }) => ({ name, sql: expressionOf(type, line, { name, kind }) }));
}

function expressionOf(
  { times, places, decision }: TypeColumns,
  line: string,
  { name, kind }: Pick<StandardColumn & { name: ColumnName }, 'name' | 'kind'>,
): string {
  if (name === 'event_time') return timeOf(times, line);
  if (name === 'decision') return decisionOf(decision, line);
  const own = places[name];
  if (kind === 'list') return listOf(own, line);
  if (kind === 'json') return jsonOf(own, line);
  const text = firstText(own, line);
  return kind === 'integer'
    ? `CASE WHEN regexp_like(${text}, '^-?[0-9]{1,15}$') THEN CAST(${text} AS BIGINT) END`
    : text;
}

/** A text literal. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A JSONPath of member names. */
function pathOf(steps: Steps): string {
  return sqlText(`$${steps.map((step) => `["${step.replaceAll(/["\\]/g, String.raw`\$&`)}"]`).join('')}`);
}

/** The text of a scalar, or the JSON of anything else; NULL for what is missing, null or empty. */
export function textAt(json: string, steps: Steps): string {
  const path = pathOf(steps);
  const other = `NULLIF(json_format(json_extract(${json}, ${path})), 'null')`;
  return `NULLIF(COALESCE(json_extract_scalar(${json}, ${path}), ${other}), '')`;
}

/** JSON within a text, where it holds an object or a list. */
function parsedAt(json: string, steps: Steps): string {
  const text = `json_extract_scalar(${json}, ${pathOf(steps)})`;
  return `TRY(json_parse(CASE WHEN regexp_like(${text}, '^\\s*[\\[{]') THEN ${text} END))`;
}

/** An array of texts: all values at a place. `depth` names the variables of nested lambdas. */
function valuesOf(place: Place, json: string): string {
  const root = place.within === undefined ? json : parsedAt(json, place.within);
  return walk(root, place, { steps: place.steps, depth: 0 });
}

function walk(json: string, place: Place, { steps, depth }: { steps: Steps; depth: number }): string {
  const star = steps.indexOf('*');
  if (star < 0) {
    const text = place.join === undefined ? textAt(json, steps) : joinedAt(json, { steps, join: place.join });
    return `ARRAY[${text}]`;
  }
  const items = `COALESCE(TRY(CAST(json_extract(${json}, ${pathOf(steps.slice(0, star))}) AS ARRAY(JSON))), ARRAY[])`;
  const item = `x${depth}`;
  const inner = walk(item, place, { steps: steps.slice(star + 1), depth: depth + 1 });
  return `flatten(transform(${items}, ${item} -> ${inner}))`;
}

function joinedAt(json: string, { steps, join }: { steps: Steps; join: NonNullable<Place['join']> }): string {
  const parts = join.parts.map((part) => textAt(json, [...steps, ...part]));
  return `NULLIF(array_join(ARRAY[${parts.join(', ')}], ${sqlText(join.separator)}), '')`;
}

function firstText(places: readonly Place[], line: string): string {
  const texts = places.map((place) =>
    place.steps.includes('*')
      ? `element_at(filter(${valuesOf(place, line)}, x -> x IS NOT NULL), 1)`
      : textAt(place.within === undefined ? line : parsedAt(line, place.within), place.steps),
  );
  if (texts.length === 0) return 'CAST(NULL AS VARCHAR)';
  return texts.length === 1 ? (texts[0] as string) : `COALESCE(${texts.join(', ')})`;
}

function listOf(places: readonly Place[], line: string): string {
  if (places.length === 0) return 'CAST(ARRAY[] AS ARRAY(VARCHAR))';
  const lists = places.map((place) => valuesOf(place, line));
  const all = lists.length === 1 ? (lists[0] as string) : `concat(${lists.join(', ')})`;
  return `array_distinct(filter(${all}, x -> x IS NOT NULL))`;
}

function jsonOf(places: readonly Place[], line: string): string {
  const texts = places.map((place) => {
    const root = place.within === undefined ? line : parsedAt(line, place.within);
    if (place.members === undefined)
      return place.steps.length === 0
        ? `json_format(${root})`
        : `NULLIF(json_format(json_extract(${root}, ${pathOf(place.steps)})), 'null')`;
    const names = place.members.map(({ name }) => sqlText(name));
    const values = place.members.map(({ steps }) => `json_extract(${root}, ${pathOf(steps)})`);
    return `json_format(CAST(MAP(ARRAY[${names.join(', ')}], ARRAY[${values.join(', ')}]) AS JSON))`;
  });
  if (texts.length === 0) return 'CAST(NULL AS VARCHAR)';
  return texts.length === 1 ? (texts[0] as string) : `COALESCE(${texts.join(', ')})`;
}

function decisionOf(cases: TypeColumns['decision'], line: string): string {
  if (cases.length === 0) return 'CAST(NULL AS VARCHAR)';
  const whens = cases.map(({ is, where }) => {
    const any = where.map((condition) => holds(condition, line)).join(' OR ');
    return `WHEN ${any} THEN ${sqlText(is)}`;
  });
  return `CASE ${whens.join(' ')} END`;
}

function holds({ place, in: one, notIn: none, from, below }: Condition, line: string): string {
  const tests = [
    'x IS NOT NULL',
    ...(one === undefined ? [] : [`lower(x) IN (${one.map(sqlText).join(', ')})`]),
    ...(none === undefined || none.length === 0 ? [] : [`lower(x) NOT IN (${none.map(sqlText).join(', ')})`]),
    ...(from === undefined ? [] : [`TRY_CAST(x AS DOUBLE) >= ${from}`]),
    ...(below === undefined ? [] : [`TRY_CAST(x AS DOUBLE) < ${below}`]),
  ];
  return `cardinality(filter(${valuesOf(place, line)}, x -> ${tests.join(' AND ')})) > 0`;
}

const instantForm = String.raw`^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:[.,](\d+))?(?: ?(?:[Zz]|UTC|([+-]\d{2}):?(\d{2})?))?$`;

/** The first field that is there decides, as everywhere; what it holds and can't be read is NULL. */
function timeOf(times: readonly TimeField[], line: string): string {
  const whens = times.map(({ at, forms }) => {
    const text = textAt(line, stepsOf(at));
    return `WHEN ${text} IS NOT NULL THEN COALESCE(${forms.map((form) => instants[form](text)).join(', ')})`;
  });
  return `CASE ${whens.join(' ')} END`;
}

const stepsOf = (pointer: string): Steps =>
  pointer
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));

const epoch = (text: string, divisor: string): string =>
  `CASE WHEN regexp_like(${text}, '^[0-9]{1,17}(\\.[0-9]+)?$') THEN CAST(from_unixtime(floor(CAST(${text} AS DOUBLE)${divisor === '1' ? ' * 1000' : ''}) / 1000, 'UTC') AS TIMESTAMP) END`;

const instants: Record<TimeField['forms'][number], (text: string) => string> = {
  'epoch-ms': (text) => epoch(text, '1000'),
  'epoch-s': (text) => epoch(text, '1'),
  'iso-8601': (text) => {
    const part = (group: number): string => `regexp_extract(${text}, ${sqlText(instantForm)}, ${group})`;
    const clock = `${part(1)} || 'T' || ${part(2)} || '.' || rpad(substr(COALESCE(${part(3)}, ''), 1, 3), 3, '0')`;
    const zone = `COALESCE(${part(4)} || ':' || COALESCE(${part(5)}, '00'), 'Z')`;
    return `TRY(CAST(from_iso8601_timestamp(${clock} || ${zone}) AT TIME ZONE 'UTC' AS TIMESTAMP))`;
  },
};
