import type { Layout } from '../../layout/layout.ts';
import { parseLayout, renderLayout } from '../../layout/layout.ts';
import { buildKeyReader } from '../../readers/stored-object.ts';
import type { CheckBook } from './findings.ts';

const dayMs = 86_400_000;

/** What tables are made for. */
export interface ReadBy {
  layout: string;
  types: ReadonlySet<string>;
  /** The first day that is looked for, epoch milliseconds. */
  sinceMs: number;
}

/** An object of events, as far as it matters to those who read. */
export interface SeenObject {
  key: string;
  type: string | undefined;
  /** The first 32 hex digits of the SHA-256 of its content. */
  hash: string;
  /** Its day began then, epoch milliseconds. */
  dayMs: number;
}

/**
 * Builds the function that holds a key against the tables; answers with what it is, undefined for what is no object of events or is the
 * tool's own.
 */
export function buildKeyCheck(
  { layout, types, sinceMs }: ReadBy,
  book: CheckBook,
): (key: string) => SeenObject | undefined {
  const written: Layout = parseLayout(layout);
  const factsOf = buildKeyReader(layout);
  const [first] = written.pieces;
  // Tables look below this; what lies beside it is nobody's business.
  const below = first !== undefined && 'text' in first ? first.text : '';
  return (key) => {
    if (/(?:^|\/)[_.]/.test(key)) return undefined;
    const facts = factsOf(key);
    if (facts === undefined) {
      if (key.startsWith(below)) book.add('no-object-of-events', key);
      return undefined;
    }
    const { type, hash, earliestMs } = facts;
    const folder = key.slice(0, Math.max(0, key.lastIndexOf('/')));
    const wanted = renderLayout(written, type ?? '', earliestMs);
    if (folder !== wanted) book.add('outside-tables', `${key}: the tables look into ${wanted}/`);
    else if (type !== undefined && !types.has(type)) book.add('type-nobody-reads', key);
    else if (earliestMs < sinceMs) book.add('before-tables', key);
    return { key, type, hash, dayMs: Math.floor(earliestMs / dayMs) * dayMs };
  };
}

/** The fields of an event that partitions of these names hide; case does not count, since it does not to readers. */
export function shadowedFields(event: unknown, partitions: readonly string[]): string[] {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return [];
  const names = new Set(partitions.map((name) => name.toLowerCase()));
  return Object.keys(event).filter((field) => names.has(field.toLowerCase()));
}
