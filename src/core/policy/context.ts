/** The request context with its keys in lower case; a key without a value is not in it. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

/**
 * Makes the context ready for look-up. Key names do not depend on case, and an empty list is the same as no key.
 * Source: IAM User Guide, "IAM JSON policy elements: Condition".
 */
export function requestContext(values: Readonly<Record<string, string | readonly string[]>>): RequestContext {
  const context = new Map<string, readonly string[]>();
  for (const [key, value] of Object.entries(values)) {
    const list = typeof value === 'string' ? [value] : value;
    if (list.length > 0) context.set(key.toLowerCase(), list);
  }
  return context;
}
