/** A value with its past, so that a reader can be shown how things stood a while ago (IAM changes spread slowly). */
export interface Versioned<T> {
  current: T;
  /** Oldest first: what held until when (epoch milliseconds). */
  readonly past: { readonly value: T | undefined; readonly until: number }[];
}

const longestPast = 50;

/** A value that came into being at `now`. */
export function createVersioned<T>(value: T, now: number): Versioned<T> {
  return { current: value, past: [{ value: undefined, until: now }] };
}

/** Replaces the value. */
export function changeVersioned<T>(versioned: Versioned<T>, value: T, now: number): void {
  versioned.past.push({ value: versioned.current, until: now });
  if (versioned.past.length > longestPast) versioned.past.shift();
  versioned.current = value;
}

/** What held at a time; undefined where it did not exist yet. */
export function valueAt<T>(versioned: Versioned<T>, time: number): T | undefined {
  const earlier = versioned.past.find((entry) => entry.until > time);
  return earlier === undefined ? versioned.current : earlier.value;
}
