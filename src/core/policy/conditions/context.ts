/** What is known of a request, by condition key in lower case; a key without a value is not in the request. */
export interface RequestContext {
  get: (key: string) => readonly string[] | undefined;
  /** Whether nobody can say what the key holds, or whether it is there: where a request comes from, say. */
  isUnknown: (key: string) => boolean;
}

/** Keys in any case; a list is a key with several values, an empty list the same as no key. */
export type ContextValues = Readonly<Record<string, string | readonly string[]>>;

/** Many requests share their values: the look-up is made once for each. */
const lookUps = new WeakMap<ContextValues, ReadonlyMap<string, readonly string[]>>();

/**
 * Makes the context ready for look-up. Key names do not depend on case. `isUnknown` is asked in lower case about keys that
 * have no value; without it such keys are not in the request. `values` must not change afterwards.
 * Source: IAM User Guide, "IAM JSON policy elements: Condition".
 */
export function requestContext(
  values: ContextValues,
  isUnknown: (key: string) => boolean = () => false,
): RequestContext {
  const context = lookUps.get(values) ?? byLowerCase(values);
  lookUps.set(values, context);
  return {
    get: (key) => {
      const found = context.get(key);
      return found?.length === 0 ? undefined : found;
    },
    isUnknown: (key) => !context.has(key) && isUnknown(key),
  };
}

function byLowerCase(values: ContextValues): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.entries(values).map(([key, value]) => [
      key.toLowerCase(),
      typeof value === 'string' ? [value] : value,
    ]),
  );
}
