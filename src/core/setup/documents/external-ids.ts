import { readOperator } from '../../policy/conditions/operators.ts';
import { distinctTexts, literal, withWildcards } from '../../policy/pattern.ts';
import type { TextSearch } from '../../policy/pattern.ts';
import type { LiveDocument } from './live-document.ts';
import { isObject, stringsOf } from './live-document.ts';

/** Condition key of the external id, in lower case. */
export const externalIdKey = 'sts:externalid';

/** AWS STS API Reference, "AssumeRole", ExternalId: 2 to 1,224 of these. */
const alphabet = 'xABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwyz0123456789_+=,.@:/-';
const shortest = 2;

/**
 * One external id for every way in which the conditions of the document can take or refuse one, the expected ids left out:
 * whoever evaluates the document for all of them has evaluated it for every id there is.
 */
export function idsToTry(document: LiveDocument, expected: readonly string[]): string[] {
  const named = document.statements.flatMap(({ element }) => patternsIn(element['Condition']));
  const patterns = [...named, ...expected.map((id) => ({ pattern: literal(id), ignoreCase: false }))];
  // Numbers and dates are no patterns: what the conditions name is tried as it stands, and written differently.
  const values = document.statements.flatMap(({ element }) => valuesIn(element['Condition']));
  const plain = values.flatMap((value) => [value, `${value}.0`, `0${value}`]).filter(isExternalId);
  const texts = distinctTexts({ patterns, alphabet, shortest });
  return [...new Set([...texts, ...plain])].filter((id) => !expected.includes(id));
}

function isExternalId(text: string): boolean {
  return text.length >= shortest && Array.from(text).every((character) => alphabet.includes(character));
}

/** Ids that a careless condition takes for the right one: another end, another case, something before or behind it. */
export function nearMisses(externalId: string): string[] {
  const last = externalId.at(-1) === 'x' ? 'y' : 'x';
  const cased = externalId.replace(/[A-Za-z]/, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
  const within = externalId.slice(0, 1200);
  const misses = [
    `${externalId.slice(0, -1)}${last}`,
    cased,
    `x${within}`,
    `${within}x`,
    `${within}-access-test`,
  ];
  return [...new Set(misses)].filter((id) => id !== externalId);
}

function valuesIn(condition: unknown): string[] {
  if (!isObject(condition)) return [];
  return Object.values(condition).flatMap((keys) => (isObject(keys) ? valuesOfKey(keys) : []));
}

function valuesOfKey(keys: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(keys).flatMap(([key, values]) =>
    key.toLowerCase() === externalIdKey ? stringsOf(values) : [],
  );
}

function patternsIn(condition: unknown): TextSearch['patterns'][number][] {
  if (!isObject(condition)) return [];
  return Object.entries(condition).flatMap(([name, keys]) => {
    if (!isObject(keys) || readOperator(name) === undefined) return [];
    const ignoreCase = name.includes('IgnoreCase');
    const isLiteral = /String(Not)?Equals/.test(name);
    return valuesOfKey(keys).map((value) => {
      const text = ignoreCase ? value.toLowerCase() : value;
      return { pattern: isLiteral ? literal(text) : withWildcards(text), ignoreCase };
    });
  });
}
