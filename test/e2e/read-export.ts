import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { isOwnName } from '../../src/core/layout/own-names.ts';
import type { InputLine } from './generated-input.ts';

/**
 * A reader of exports that knows of them only what the documentation promises: how keys look, that the name holds the
 * earliest event time and the SHA-256 of the content, that content is lines closed by LF.
 */

export interface ExportedObject {
  readonly key: string;
  /** The part of the key before the name. */
  readonly folder: string;
  /** The time in the name, epoch milliseconds. */
  readonly nameTimeMs: number;
  readonly storedBytes: number;
  readonly content: Buffer;
  /** Without their line ends. */
  readonly lines: readonly string[];
}

/** Where exports are read from; keys are relative to the prefix. */
export interface ReadableStore {
  readonly list: () => Promise<string[]>;
  readonly read: (key: string) => Promise<Buffer>;
}

export interface Export {
  readonly objects: readonly ExportedObject[];
  /** What is not as promised, by key. */
  readonly faults: readonly string[];
}

const nameForm = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-([0-9a-f]{32})\.jsonl(\.gz)?$/;

/** Whether a key is of something that was delivered, and not of the tool's own, such as the log of it. */
export function isDelivery(key: string): boolean {
  return !key.split('/').some(isOwnName);
}

/** Reads all objects of a store and checks each on its own. */
export async function readExport(store: ReadableStore): Promise<Export> {
  const faults: string[] = [];
  const objects: ExportedObject[] = [];
  for (const key of await store.list()) {
    const object = readObject(key, await store.read(key), faults);
    if (object !== undefined) objects.push(object);
  }
  return { objects, faults };
}

function readObject(key: string, stored: Buffer, faults: string[]): ExportedObject | undefined {
  const slash = key.lastIndexOf('/');
  const parts = nameForm.exec(key.slice(slash + 1));
  if (parts === null) {
    faults.push(`${key}: the name has not the promised form`);
    return undefined;
  }
  const [, year, month, day, hour, minute, second, millisecond, digits, suffix] = parts;
  const content = contentOf(stored, suffix);
  if (content === undefined) {
    faults.push(`${key}: not a whole gzip file (${stored.length} bytes)`);
    return undefined;
  }
  const hash = createHash('sha256').update(content).digest('hex');
  if (!hash.startsWith(digits ?? '-')) faults.push(`${key}: the SHA-256 of its content is ${hash}`);
  if (content.at(-1) !== 0x0a) faults.push(`${key}: the last line is not closed by LF`);
  return {
    key,
    folder: key.slice(0, Math.max(slash, 0)),
    nameTimeMs: Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${millisecond}Z`),
    storedBytes: stored.length,
    content,
    // One character a byte, whatever the bytes are.
    lines: content.toString('latin1').split('\n').slice(0, -1),
  };
}

function contentOf(stored: Buffer, suffix: string | undefined): Buffer | undefined {
  if (suffix === undefined) return stored;
  try {
    return gunzipSync(stored);
  } catch {
    return undefined;
  }
}

/** The folder of a line in an export by day, as the documentation has it. */
export function dayFolder({ type, date }: InputLine): string {
  return `audit_type=${type}/event_date=${date}`;
}

/** The folder of a line in an export by hour. */
export function hourFolder(line: InputLine): string {
  return `${dayFolder(line)}/event_hour=${line.hour}`;
}

const shownDifferences = 10;

/**
 * Compares an export with the lines that were to be delivered: each is there exactly once, byte for byte, in the folder
 * of its event time and in the order of the input; names hold the earliest event time of the content. Returns what
 * differs, naming lines and objects; nothing where all is right.
 */
export function differencesFrom(
  events: readonly InputLine[],
  { objects, faults }: Export,
  folderOf: (line: InputLine) => string = dayFolder,
): string[] {
  const expected = groupBy(events, folderOf);
  const found = groupBy(objects, ({ folder }) => folder);
  const differences = [...faults];
  for (const folder of new Set([...expected.keys(), ...found.keys()]))
    differences.push(...differencesWithin(folder, expected.get(folder) ?? [], found.get(folder) ?? []));
  if (differences.length <= shownDifferences) return differences;
  return [...differences.slice(0, shownDifferences), `… and ${differences.length - shownDifferences} more`];
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

function differencesWithin(
  folder: string,
  events: readonly InputLine[],
  objects: readonly ExportedObject[],
): string[] {
  const differences: string[] = [];
  const unused = groupBy([...events.keys()], (index) => events[index]?.bytes.toString('latin1') ?? '');
  for (const { key, lines, nameTimeMs } of objects) {
    const places = lines.map((text) => unused.get(text)?.shift());
    differences.push(...misplacedLines(key, places, events));
    const times = places.map((index) => events[index ?? -1]?.eventTimeMs ?? Number.POSITIVE_INFINITY);
    const earliestMs = times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY);
    if (earliestMs !== nameTimeMs)
      differences.push(`${key}: its earliest event is of ${earliestMs} ms since 1970`);
  }
  for (const index of [...unused.values()].flat())
    differences.push(`line ${events[index]?.line} of the input is missing in ${folder}`);
  return differences;
}

/** Lines of an object that the partition's events have not, or not directly behind the line before. */
function misplacedLines(
  key: string,
  places: readonly (number | undefined)[],
  events: readonly InputLine[],
): string[] {
  return places.flatMap((index, at) => {
    if (index === undefined)
      return [`${key}, line ${at + 1}: not in the input for this folder, or there twice`];
    const before = places[at - 1];
    if (before === undefined || index === before + 1) return [];
    return [`${key}, line ${at + 1}: line ${events[index]?.line} of the input is out of order`];
  });
}
