import type { Foresight } from '../../policy/authorize.ts';
import { PolicyDocumentError } from '../../policy/document.ts';
import { isObject } from './live-document.ts';

/**
 * Asks the evaluator about a document that anybody may have written. An operator that AWS does not have, or a statement
 * of another shape than the grammar's, allows nothing.
 */
export function evaluable(ask: () => Foresight): Foresight {
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof PolicyDocumentError) && !(error instanceof TypeError)) throw error;
    return { verdict: 'denied', decision: { allowed: false, reason: 'implicit-deny' } };
  }
}

/** Every operator and key of a condition; `key` in lower case, `name` as it is written. */
export function conditionKeysOf(condition: unknown): { operator: string; key: string; name: string }[] {
  if (!isObject(condition)) return [];
  return Object.entries(condition).flatMap(([operator, keys]) =>
    isObject(keys) ? Object.keys(keys).map((name) => ({ operator, key: name.toLowerCase(), name })) : [],
  );
}
