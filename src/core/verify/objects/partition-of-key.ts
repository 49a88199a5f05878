/** Where an object lies, as its key says. */
export interface KeyPartition {
  type: string | undefined;
  /** Epoch milliseconds: from the first to before the second. */
  from: number;
  to: number;
  /** The folder, without the slash at its end. */
  folder: string;
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const partitionForm =
  /^(?:.*\/)?audit_type=([^/]+)\/event_date=(\d{4}-\d\d-\d\d)(?:\/event_hour=(\d\d))?\/[^/]+$/;
const timedName = /(?:^|\/)(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-[0-9a-f]{32}\.jsonl(?:\.\w+)?$/;

/** The partition of a key in the layouts that are the tool's own (by day, by hour); undefined in a layout of the user's. */
export function partitionOfKey(key: string): KeyPartition | undefined {
  const [, type, date = '', hour] = partitionForm.exec(key) ?? [];
  const from = Date.parse(`${date}T${hour ?? '00'}:00:00.000Z`);
  if (type === undefined || Number.isNaN(from)) return undefined;
  const to = from + (hour === undefined ? dayMs : hourMs);
  return { type, from, to, folder: key.slice(0, key.lastIndexOf('/')) };
}

/** From when until when (exclusive, epoch milliseconds) an object can have events, by its key alone; undefined where it does not say. */
export function timesOfKey(key: string): { from: number; to: number } | undefined {
  const partition = partitionOfKey(key);
  if (partition !== undefined) return partition;
  const [, year, month, day, hour, minute, second, ms] = timedName.exec(key) ?? [];
  const from = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
  // A layout of the user's may have partitions of a year at most.
  return Number.isNaN(from) ? undefined : { from, to: from + 366 * dayMs };
}

/** The first 32 hex digits of the hash of the content, as the tool names objects; undefined for another name. */
export function hashInName(key: string): string | undefined {
  return /-([0-9a-f]{32})\.jsonl(?:\.\w+)?$/.exec(key)?.[1];
}
