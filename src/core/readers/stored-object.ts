import type { Layout } from '../layout/layout.ts';
import { dayLayout, hourLayout, parseLayout, renderLayout } from '../layout/layout.ts';

/** What the key of an object says of its events. */
export interface ObjectFacts {
  /** Undefined where the layout does not keep types apart, or the key is of another layout. */
  readonly type: string | undefined;
  /** Event time of its earliest event, milliseconds since 1970 UTC. */
  readonly earliestMs: number;
  /** No event in it is as late as this; infinite where the key does not say. */
  readonly beforeMs: number;
  /** The first 32 hex digits of the SHA-256 of its content. */
  readonly hash: string;
}

/** Which objects are asked for. Times are milliseconds since 1970 UTC; `untilMs` is not in it. */
export interface WantedObjects {
  readonly types: readonly string[] | undefined;
  readonly sinceMs: number | undefined;
  readonly untilMs: number | undefined;
}

const named = /^(.*\/)?(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-([0-9a-f]{32})\.jsonl(?:\.gz|\.zst)?$/;
const dayMs = 86_400_000;
/** How long a partition of each fineness lasts, at most. */
const lasts = { hour: 3_600_000, day: dayMs, month: 31 * dayMs, year: 366 * dayMs } as const;

/**
 * Builds the function that reads keys of a store, below its prefix. Undefined for what is no object of events: another name,
 * or a folder that begins with "_", which is the tool's own. The layouts by day and by hour are understood beside the given one.
 */
export function buildKeyReader(template: string): (key: string) => ObjectFacts | undefined {
  const layouts = [...new Set([template, dayLayout, hourLayout])].map((text) =>
    folderReader(parseLayout(text)),
  );
  return (key) => {
    const match = named.exec(key);
    if (match === null || /(?:^|\/)_/.test(key)) return undefined;
    const [, folder = '', year, month, day, hour, minute, second, milli, hash = ''] = match;
    const date = [Number(year), Number(month) - 1, Number(day)] as const;
    const clock = [Number(hour), Number(minute), Number(second), Number(milli)] as const;
    const earliestMs = Date.UTC(...date, ...clock);
    for (const read of layouts) {
      const found = read(folder.slice(0, -1), earliestMs);
      if (found !== undefined) return { ...found, earliestMs, hash };
    }
    return { type: undefined, earliestMs, beforeMs: Number.POSITIVE_INFINITY, hash };
  };
}

/** What a layout says of a folder: the type, and when the partition ends that begins before the earliest event. */
function folderReader(
  layout: Layout,
): (folder: string, earliestMs: number) => Pick<ObjectFacts, 'type' | 'beforeMs'> | undefined {
  const pattern = layout.pieces
    .map((piece) => {
      if ('text' in piece) return piece.text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
      return piece.placeholder === 'type' ? '([a-z0-9][a-z0-9-]*)' : '[0-9-]+';
    })
    .join('');
  const folders = new RegExp(`^${pattern}$`);
  return (folder, earliestMs) => {
    const match = folders.exec(folder);
    const type = match?.[1];
    if (match === null || renderLayout(layout, type ?? '', earliestMs) !== folder) return undefined;
    // A day, month or year begins at midnight UTC; what is left of it is not longer than all of it.
    const isShort = layout.granularity === 'hour' || layout.granularity === 'day';
    const lasting = lasts[layout.granularity];
    const beforeMs = isShort ? (Math.floor(earliestMs / lasting) + 1) * lasting : earliestMs + lasting;
    return { type, beforeMs };
  };
}

/** Whether an object may hold events that are asked for. */
export function mayHold({ type, earliestMs, beforeMs }: ObjectFacts, wanted: WantedObjects): boolean {
  const { types, sinceMs, untilMs } = wanted;
  if (types !== undefined && type !== undefined && !types.includes(type)) return false;
  return (sinceMs === undefined || beforeMs > sinceMs) && (untilMs === undefined || earliestMs < untilMs);
}

/** A part of the keys to list: those with a prefix, from a key on, until one that begins no part of it any more. */
export interface Listing {
  readonly prefix: string;
  readonly startAfter?: string;
  /** Keys from here on are behind what is wanted. */
  readonly end?: string;
}

/**
 * The listings that see all objects asked for: one for each type where the layout begins with it, each from the first wanted
 * partition to the last where names of partitions rise with time.
 */
export function listingsFor(template: string, wanted: WantedObjects): Listing[] {
  const layout = parseLayout(template);
  const typeAt = layout.pieces.findIndex((piece) => 'placeholder' in piece && piece.placeholder === 'type');
  const before = layout.pieces.slice(0, Math.max(0, typeAt));
  if (wanted.types === undefined || typeAt === -1 || !before.every((piece) => 'text' in piece))
    return [{ prefix: '' }];
  return wanted.types.map((type) => {
    const next = layout.pieces[typeAt + 1];
    const behindType = next !== undefined && 'text' in next && next.text.startsWith('/') ? '/' : '';
    const prefix = before.map((piece) => ('text' in piece ? piece.text : '')).join('') + type + behindType;
    return { prefix, ...bounds(layout, type, wanted) };
  });
}

/** Partitions are named coarse before fine in all layouts that sort by time; others are listed whole. */
function bounds(layout: Layout, type: string, { sinceMs, untilMs }: WantedObjects): Partial<Listing> {
  const order = ['yyyy', 'date', 'MM', 'dd', 'HH'];
  const places = layout.pieces.flatMap((piece) =>
    'placeholder' in piece && piece.placeholder !== 'type' ? [order.indexOf(piece.placeholder)] : [],
  );
  if (places.some((place, index) => index > 0 && place < (places[index - 1] as number))) return {};
  const year9999 = Date.UTC(9999, 11, 31);
  return {
    // A day earlier, so that folders by day are seen among those by hour.
    ...(sinceMs === undefined || sinceMs < dayMs
      ? {}
      : { startAfter: renderLayout(layout, type, sinceMs - dayMs) }),
    ...(untilMs === undefined || untilMs > year9999
      ? {}
      : { end: `${renderLayout(layout, type, untilMs)}0` }),
  };
}
