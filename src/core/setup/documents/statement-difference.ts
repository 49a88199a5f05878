import { asList } from '../../policy/language.ts';
import type { PolicyDocument } from '../../policy/document.ts';
import { canonicalJson } from './canonical-json.ts';
import type { LiveDocument } from './live-document.ts';
import { isObject, stringsOf } from './live-document.ts';

/** What becomes of one statement of a document. */
export interface StatementDifference {
  change: 'keep' | 'remove' | 'add';
  statement: Readonly<Record<string, unknown>>;
}

/** The statements that stay, go and come when `live` becomes `desired`. Compared by what they mean, not by how they are written. */
export function compareStatements(live: LiveDocument, desired: PolicyDocument): StatementDifference[] {
  const wanted = new Map(
    asList(desired.Statement).map((statement) => [meaningOf({ ...statement }), { ...statement }]),
  );
  const differences = live.statements.map(({ element }): StatementDifference => {
    const kept = wanted.delete(meaningOf(element));
    return { change: kept ? 'keep' : 'remove', statement: element };
  });
  return [
    ...differences,
    ...[...wanted.values()].map((statement): StatementDifference => ({ change: 'add', statement })),
  ];
}

/**
 * The statement in one spelling: no Sid, lists in order, action names and condition keys in lower case, an account as
 * principal by its ARN. IAM User Guide, "IAM JSON policy elements": names that do not depend on case; one for a list of one.
 */
function meaningOf(statement: Readonly<Record<string, unknown>>): string {
  const spelled = Object.entries(statement)
    .filter(([name]) => name !== 'Sid')
    .map(([name, value]) => [name, spell(name, value)]);
  return canonicalJson(Object.fromEntries(spelled));
}

function spell(name: string, value: unknown): unknown {
  switch (name) {
    case 'Action':
    case 'NotAction':
      return listOf(value, (action) => action.toLowerCase());
    case 'Resource':
    case 'NotResource':
      return listOf(value, (resource) => resource);
    case 'Principal':
      return isObject(value) ? mapValues(value, (names) => listOf(names, accountNumber)) : value;
    case 'Condition':
      return isObject(value) ? mapValues(value, conditionKeys) : value;
    default:
      return value;
  }
}

/** `arn:aws:iam::111122223333:root` and `111122223333` are the same principal. */
function accountNumber(principal: string): string {
  return /^arn:[a-z-]+:iam::(\d{12}):root$/.exec(principal)?.[1] ?? principal;
}

function conditionKeys(keys: unknown): unknown {
  if (!isObject(keys)) return keys;
  return Object.fromEntries(
    Object.entries(keys).map(([key, values]) => [key.toLowerCase(), listOf(values, (value) => value)]),
  );
}

function listOf(value: unknown, spell: (text: string) => string): unknown {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (stringsOf(value).length !== list.length) return value;
  return [...new Set(stringsOf(value).map(spell))].sort();
}

function mapValues(
  object: Readonly<Record<string, unknown>>,
  change: (value: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
}
