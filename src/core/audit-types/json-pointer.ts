/** A JSON Pointer (RFC 6901) split into its keys once, so that reading with it is a walk. */
export type PointerPath = readonly string[];

/** Splits a JSON Pointer; throws a RangeError for one that does not begin with a slash. */
export function parsePointer(pointer: string): PointerPath {
  if (!pointer.startsWith('/'))
    throw new RangeError(`a JSON Pointer begins with "/": ${JSON.stringify(pointer)}`);
  return pointer
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The value at the path, or undefined. Only own properties count: events are hostile input. */
export function readPointer(value: unknown, path: PointerPath): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  return current;
}
