import { sqlTokens } from '../redact/sql-tokens.ts';
import type { AccessedObject, AccessPath } from './accessed-objects.ts';
import type { QueryRow } from './query-row.ts';
import type { DataSource, Registry } from './registry.ts';

/** A registered object that the text or the error of a statement names. */
export interface NamedObject {
  path: AccessPath;
  object: AccessedObject;
}

/** Parts of a name at most: database, schema, object. */
const mostParts = 3;

/**
 * The registered objects that a statement names. Names of fewer than three parts are of the database and schema that were
 * current; where those are not known, such a name says nothing.
 */
export function namedObjects(row: QueryRow, dataSources: Registry<DataSource>): NamedObject[] {
  if (dataSources.size === 0) return [];
  const current = [row.text('DATABASE_NAME'), row.text('SCHEMA_NAME')];
  const found: NamedObject[] = [];
  const texts: readonly (readonly [AccessPath, string])[] = [
    ['text', row.text('QUERY_TEXT') ?? ''],
    // Messages name objects between single quotes.
    ['error', (row.text('ERROR_MESSAGE') ?? '').replaceAll("'", ' ')],
  ];
  for (const [path, text] of texts) {
    const names = new Set<string>();
    for (const parts of dottedNames(text)) {
      const object = fullName(parts, current);
      if (object === undefined || names.has(object)) continue;
      names.add(object);
      if (dataSources.find(object) !== undefined)
        found.push({ path, object: { object, type: null, columns: [] } });
    }
  }
  return found;
}

/** Names in SQL, cut at their dots, as Snowflake stores them: in upper case unless in quotes. */
function* dottedNames(text: string): Generator<string[]> {
  let parts: string[] = [];
  let dotted = false;
  for (const { kind, text: word, cut } of sqlTokens(text)) {
    const part = kind === 'word' || kind === 'quoted-name' ? storedPart(word) : undefined;
    if (part !== undefined && !cut) {
      if (!dotted && parts.length > 0) {
        yield parts;
        parts = [];
      }
      parts.push(part);
      dotted = false;
    } else if (word === '.' && parts.length > 0) dotted = true;
    else if (parts.length > 0) {
      yield parts;
      parts = [];
      dotted = false;
    }
  }
  if (parts.length > 0) yield parts;
}

function storedPart(word: string): string {
  return word.startsWith('"') ? word.slice(1, -1).replaceAll('""', '"') : word.toUpperCase();
}

function fullName(parts: readonly string[], current: readonly (string | null)[]): string | undefined {
  if (parts.length > mostParts) return undefined;
  const all = [...current.slice(0, mostParts - parts.length), ...parts];
  return all.length < mostParts || all.includes(null) ? undefined : all.map(writtenPart).join('.');
}

/** As ACCESS_HISTORY writes it: in quotes where it is no plain name. */
function writtenPart(part: string | null): string {
  const text = part ?? '';
  return /^[A-Z_][A-Z0-9_$]*$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`;
}
