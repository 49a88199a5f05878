import type { SqlToken, SqlTokenKind } from '../../redact/sql-tokens.ts';
import { sqlTokens } from '../../redact/sql-tokens.ts';
import type { AccessedObject, AccessPath } from './accessed-objects.ts';
import type { QueryRow } from '../query-row.ts';
import type { DataSource, Registry } from '../registry.ts';

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
    // A literal that stands for a name: https://docs.snowflake.com/en/sql-reference/identifier-literal
    ['text', (row.text('QUERY_TEXT') ?? '').replaceAll(/\b(identifier|table)\s*\(\s*'([^']*)'/gi, '$1($2 ')],
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

/** What may stand anywhere in a name. */
const gaps: ReadonlySet<SqlTokenKind> = new Set(['space', 'comment']);

/** Names in SQL, cut at their dots, as Snowflake stores them: in upper case unless in quotes. */
function* dottedNames(text: string): Generator<string[]> {
  let parts: string[] = [];
  let dots = 0;
  for (const token of sqlTokens(text)) {
    if (gaps.has(token.kind)) continue;
    if (token.text === '.') {
      dots += 1;
      continue;
    }
    const part = storedPart(token);
    if (part === undefined || dots === 0) {
      if (parts.length > 0) yield parts;
      parts = [];
    }
    // https://docs.snowflake.com/en/sql-reference/name-resolution ("double-dot notation")
    if (dots === 2) parts.push('PUBLIC');
    if (part !== undefined) parts.push(part);
    dots = 0;
  }
  if (parts.length > 0) yield parts;
}

function storedPart({ kind, text, cut }: SqlToken): string | undefined {
  if (cut) return undefined;
  if (kind === 'quoted-name') return text.slice(1, -1).replaceAll('""', '"');
  return kind === 'word' ? text.toUpperCase() : undefined;
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
