import type { PointerPath } from '../../audit-types/json-pointer.ts';
import { readPointer } from '../../audit-types/json-pointer.ts';
import { AuditExportError } from '../../../errors.ts';
import { sqlName } from '../check/sql-name.ts';

/** One line of a map: its columns in order, the first of which is the key. */
export type MapLine = readonly string[];

/** What a map holds, in the words that `collect` reads. */
export const mapColumns = {
  users: ['snowflakeUser', 'profileId', 'userId'],
  objects: ['object', 'dataSourceId', 'dataSourceName'],
} as const;

export type MapKind = keyof typeof mapColumns;

/** A user as a line: what is known of it is its e-mail. */
export function userLine([name, email]: readonly (string | null)[]): MapLine {
  return [`"${(name ?? '').replaceAll('"', '""')}"`, '', email ?? ''];
}

/** An object as a line; its name is what it is called until somebody says better. */
export function objectLine(parts: readonly (string | null)[]): MapLine {
  const name = parts.map((part) => sqlName(part ?? '')).join('.');
  return [name, '', parts.at(-1) ?? ''];
}

/** Lines of a document that somebody's API gave: an array, or an object that has one; each member by its JSON Pointer. */
export function linesOfDocument(
  text: string,
  kind: MapKind,
  pointers: Readonly<Record<string, PointerPath>>,
): MapLine[] {
  const [key = '', ...others] = mapColumns[kind];
  return entriesOf(text).flatMap((entry) => {
    const valueOf = (column: string): string => {
      const path = pointers[column];
      const value = path === undefined ? undefined : readPointer(entry, path);
      return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    };
    const name = valueOf(key);
    return name === '' ? [] : [[name, ...others.map(valueOf)]];
  });
}

function entriesOf(text: string): unknown[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw noEntries((error as Error).message);
  }
  if (Array.isArray(document)) return document;
  const lists = Object.values(document ?? {}).filter((member) => Array.isArray(member));
  const [list] = lists;
  if (lists.length === 1 && list !== undefined) return list;
  throw noEntries('it is neither an array nor an object with one array');
}

function noEntries(why: string): AuditExportError {
  return new AuditExportError('document-invalid', `The export can't be used: ${why}.`, {
    cure: 'Save what the API answered as it is: a JSON array, or an object with one array in it.',
  });
}

/**
 * A map made new out of an older one: what the older one says stays, what is new comes behind it. `keyOf` tells which lines
 * are about the same.
 */
export function mergeLines(
  before: readonly MapLine[],
  found: readonly MapLine[],
  keyOf: (name: string) => string,
): MapLine[] {
  const lines = new Map(before.map((line) => [keyOf(line[0] ?? ''), line]));
  for (const line of found) {
    const key = keyOf(line[0] ?? '');
    const known = lines.get(key);
    // What nobody had said yet is filled in.
    lines.set(
      key,
      known === undefined ? line : known.map((value, at) => (value === '' ? (line[at] ?? '') : value)),
    );
  }
  return [...lines.values()];
}

/** A map as CSV, with its line of column names. */
export function printMap(kind: MapKind, lines: readonly MapLine[]): string {
  return [mapColumns[kind], ...lines].map((line) => `${line.map(csvField).join(',')}\n`).join('');
}

function csvField(value: string): string {
  return /[",\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
