import type { Bucket } from '../buckets/bucket.ts';

/** What a lister asks for. */
export interface PageRequest {
  readonly prefix: string;
  readonly delimiter: string | undefined;
  /** Only keys behind this one. */
  readonly startAfter: string | undefined;
  /** Where the page before ended: the last key, or the last common prefix with all that it stands for. */
  readonly resumeAfter: string | undefined;
  readonly limit: number;
}

export interface Page {
  readonly keys: readonly string[];
  readonly prefixes: readonly string[];
  /** The last key or prefix of the page where there are more; undefined at the end. */
  readonly next: string | undefined;
}

/** Cuts one page out of sorted keys, rolling keys with the delimiter behind the prefix up into common prefixes. */
export function pageOf(sorted: readonly string[], request: PageRequest): Page {
  const keys: string[] = [];
  const prefixes: string[] = [];
  let last: string | undefined;
  for (const key of sorted) {
    if (!key.startsWith(request.prefix)) continue;
    const rolled = commonPrefix(key, request);
    const entry = rolled ?? key;
    if (entry === last || isPast(key, request.startAfter) || isPast(entry, request.resumeAfter)) continue;
    if (keys.length + prefixes.length >= request.limit) {
      return { keys, prefixes, next: request.limit === 0 ? undefined : last };
    }
    (rolled === undefined ? keys : prefixes).push(entry);
    last = entry;
  }
  return { keys, prefixes, next: undefined };
}

function commonPrefix(key: string, { prefix, delimiter }: PageRequest): string | undefined {
  if (delimiter === undefined) return undefined;
  const found = key.indexOf(delimiter, prefix.length);
  return found === -1 ? undefined : key.slice(0, found + delimiter.length);
}

function isPast(entry: string, after: string | undefined): boolean {
  return after !== undefined && compareUtf8(entry, after) <= 0;
}

/** The keys of a bucket in the order of their UTF-8 bytes, as S3 lists them. */
export function sortedKeys(bucket: Bucket): readonly string[] {
  bucket.sortedKeys ??= [...bucket.objects.keys()].sort(compareUtf8);
  return bucket.sortedKeys;
}

/** Compares by UTF-8 bytes, which is by code point; JavaScript's own order is by UTF-16 unit. */
export function compareUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const [a, b] = [left.charCodeAt(index), right.charCodeAt(index)];
    if (a !== b) return fixUp(a) - fixUp(b);
  }
  return left.length - right.length;
}

/** Moves surrogates, which stand for the highest code points, behind all other units. */
function fixUp(unit: number): number {
  if (unit < 0xd8_00) return unit;
  return unit < 0xe0_00 ? unit + 0x20_00 : unit - 0x8_00;
}
