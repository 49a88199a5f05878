import type { RequestContext } from './context.ts';
import { literal, withWildcards, type Pattern } from '../pattern.ts';

const placeholder = /\$\{([^}]*)\}/g;
const specialCharacters = new Set(['*', '?', '$']);
const firstVersionWithVariables = '2012-10-17';

/** Whether `${…}` is a variable in a document of this Version; before 2012-10-17, and without a Version, it is plain text. */
export function knowsVariables(version: string | undefined): boolean {
  return version === firstVersionWithVariables;
}

/**
 * Puts the request's values into a policy string; what comes from the request is never read as a wildcard.
 * Answers undefined when a variable has no value: such a string equals nothing and is like nothing. A key with several
 * values can't be a variable. Source: IAM User Guide, "IAM policy elements: Variables and tags".
 */
export function expandVariables(text: string, context: RequestContext): Pattern | undefined {
  if (!text.includes('${')) return withWildcards(text);
  const pattern: Pattern[number][] = [];
  let from = 0;
  for (const found of text.matchAll(placeholder)) {
    const value = valueOf(found[1] ?? '', context);
    if (value === undefined) return undefined;
    pattern.push(...withWildcards(text.slice(from, found.index)), ...literal(value));
    from = found.index + found[0].length;
  }
  pattern.push(...withWildcards(text.slice(from)));
  return pattern;
}

/** Whether a variable in the string is a key that nobody can say the value of. */
export function hasUnknownVariable(text: string, context: RequestContext): boolean {
  if (!text.includes('${')) return false;
  return Array.from(text.matchAll(placeholder)).some(([, inside = '']) => {
    const [key = ''] = inside.split(',');
    return !specialCharacters.has(inside) && context.isUnknown(key.trim().toLowerCase());
  });
}

/** What stands between the braces: a special character, a key, or a key and its default: `aws:userid, 'anonymous'`. */
function valueOf(inside: string, context: RequestContext): string | undefined {
  if (specialCharacters.has(inside)) return inside;
  const comma = inside.indexOf(',');
  const key = comma < 0 ? inside : inside.slice(0, comma);
  const values = context.get(key.trim().toLowerCase());
  if (values?.length === 1) return values[0];
  const fallback = comma < 0 ? '' : inside.slice(comma + 1).trim();
  const quoted = fallback.length >= 2 && fallback.startsWith("'") && fallback.endsWith("'");
  return quoted ? fallback.slice(1, -1) : undefined;
}
