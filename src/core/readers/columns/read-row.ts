import { parseInstant } from '../../audit-types/event-time.ts';
import { parsePointer, readPointer } from '../../audit-types/json-pointer.ts';
import type { Condition, Place, Steps, TypeColumns } from './type-columns.ts';
import type { Decision } from '../../audit-types/written-columns.ts';
import type { ColumnName, EventRow } from './standard-columns.ts';
import { standardColumns } from './standard-columns.ts';

/** Reads each standard column of a parsed event. */
export type ColumnReaders = { readonly [K in ColumnName]: (event: unknown) => EventRow[K] };

/**
 * Builds what reads the standard columns of a parsed event of a type. What is not there is null, or an empty list; an empty text
 * counts as not there. Of a list, each value stands once, in the order in which they are found.
 */
export function buildColumnReaders({ times, places, decision }: TypeColumns): ColumnReaders {
  const timeFields = times.map(({ at, forms }) => ({ path: parsePointer(at), forms }));
  const text = (name: keyof typeof places) => (event: unknown) => firstText(event, places[name]);
  const list = (name: keyof typeof places) => (event: unknown) => listOf(event, places[name]);
  return {
    event_time: (event) => {
      for (const { path, forms } of timeFields) {
        const value = readPointer(event, path);
        if (value !== undefined && value !== null && value !== '') return parseInstant(value, forms) ?? null;
      }
      return null;
    },
    event_id: text('event_id'),
    tenant: text('tenant'),
    actor: text('actor'),
    actor_roles: list('actor_roles'),
    client_ip: text('client_ip'),
    client: text('client'),
    action: text('action'),
    object: list('object'),
    columns: list('columns'),
    tags: list('tags'),
    decision: (event) => decide(event, decision),
    maskings: list('maskings'),
    rows: (event) => integerOf(firstText(event, places.rows)),
    query_id: text('query_id'),
    query_text: text('query_text'),
    details: (event) => jsonOf(event, places.details),
  };
}

const columnNames = standardColumns.map(({ name }) => name);

/** Reads all columns of an event, in their order. */
export function readRow(readers: ColumnReaders, event: unknown): EventRow {
  return Object.fromEntries(columnNames.map((name) => [name, readers[name](event)])) as unknown as EventRow;
}

/** Builds the function that reads all standard columns of a parsed event of a type. */
export function buildRowReader(columns: TypeColumns): (event: unknown) => EventRow {
  const readers = buildColumnReaders(columns);
  return (event) => readRow(readers, event);
}

/** Digits of whole numbers that may be too many for a number, outside of strings. */
const longNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d{16,}(?![\d.eE])/g;

/** Parses a line of JSON; whole numbers of more digits than a number holds stay as text. Throws a SyntaxError. */
export function parseLine(line: string): unknown {
  const safe = /\d{16}/.test(line)
    ? line.replace(longNumber, (token) => (token.startsWith('"') ? token : `"${token}"`))
    : line;
  return JSON.parse(safe) as unknown;
}

/** The same; a line that is no JSON, which was not delivered by this tool, is text. */
export function parseOrText(line: string): unknown {
  try {
    return parseLine(line);
  } catch {
    return line;
  }
}

/** All values at a place; what is not there is left out. */
export function valuesAt(event: unknown, { within, steps }: Pick<Place, 'within' | 'steps'>): unknown[] {
  if (within === undefined) return walk(event, steps, 0);
  return walk(event, within, 0).flatMap((text) => {
    const inner = parsedText(text);
    return inner === undefined ? [] : walk(inner, steps, 0);
  });
}

function walk(value: unknown, steps: Steps, from: number): unknown[] {
  let current = value;
  for (let index = from; index < steps.length; index++) {
    if (typeof current !== 'object' || current === null) return [];
    const step = steps[index] as string;
    if (step === '*') {
      return Array.isArray(current) ? current.flatMap((item) => walk(item, steps, index + 1)) : [];
    }
    if (Array.isArray(current) || !Object.hasOwn(current, step)) return [];
    current = (current as Record<string, unknown>)[step];
  }
  return current === null || current === undefined ? [] : [current];
}

/** Text that holds an object or a list; undefined for any other. */
function parsedText(text: unknown): unknown {
  if (typeof text !== 'string' || !/^\s*[[{]/.test(text)) return undefined;
  try {
    return parseLine(text);
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function firstText(event: unknown, places: readonly Place[]): string | null {
  for (const place of places) {
    for (const value of valuesAt(event, place)) {
      const text = textOf(value);
      if (text !== '') return text;
    }
  }
  return null;
}

function listOf(event: unknown, places: readonly Place[]): string[] {
  const found = new Set<string>();
  for (const place of places) {
    for (const value of valuesAt(event, place)) found.add(joined(value, place));
  }
  found.delete('');
  return [...found];
}

/** Parts that are missing are left out, together with what would stand between. */
function joined(value: unknown, { join }: Place): string {
  if (join === undefined) return textOf(value);
  return join.parts
    .flatMap((part) => walk(value, part, 0).map(textOf))
    .filter((text) => text !== '')
    .join(join.separator);
}

function integerOf(text: string | null): number | null {
  return text !== null && /^-?\d{1,15}$/.test(text) ? Number(text) : null;
}

function decide(event: unknown, cases: TypeColumns['decision']): Decision | null {
  return cases.find(({ where }) => where.some((condition) => holds(event, condition)))?.is ?? null;
}

function holds(event: unknown, { place, in: one, notIn: none, from, below }: Condition): boolean {
  return valuesAt(event, place).some((value) => {
    const word = textOf(value).toLowerCase();
    if (word === '') return false;
    const number = Number(word);
    return (
      one?.includes(word) !== false &&
      none?.includes(word) !== true &&
      (from === undefined || number >= from) &&
      (below === undefined || number < below)
    );
  });
}

function jsonOf(event: unknown, places: readonly Place[]): string | null {
  for (const place of places) {
    if (place.members !== undefined) {
      const made = place.members.map(({ name, steps }) => [name, walk(event, steps, 0)[0] ?? null]);
      return JSON.stringify(Object.fromEntries(made));
    }
    const [value] = valuesAt(event, place);
    if (value !== undefined && value !== '') return JSON.stringify(value);
  }
  return null;
}
