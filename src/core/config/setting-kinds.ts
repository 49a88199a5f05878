import { AuditExportError } from '../../errors.ts';
import { durationRule, parseDuration, printDuration } from '../language/duration.ts';

/** The kinds of value that a setting can have, and what each becomes. */
export interface KindValues {
  text: string;
  /** Of a server: http or https. */
  url: string;
  list: string[];
  size: number;
  integer: number;
  /** Milliseconds. */
  duration: number;
  switch: boolean;
  pairs: Record<string, string>;
  /** Each of them as it was written. */
  durations: Record<string, string>;
}

export type Kind = keyof KindValues;

/** Where a value was given, for messages: `--object-size`, `AUDIT_EXPORT_OBJECT_SIZE`, `profile "acme"`. */
type Place = string;

function wrong(place: Place, text: string, rule: string): AuditExportError {
  return new AuditExportError('usage', `${place}: ${JSON.stringify(text)} can't be used: ${rule}.`, {
    cure: 'Give a value of that form.',
  });
}

const units: Record<string, number> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** Reads `64MiB`, `64M`, `64MB` (10^6) or a number of bytes. */
function parseSize(text: string, place: Place): number {
  const match = /^(\d{1,15}(?:\.\d{1,6})?)\s*([KMG]?)(i?B?)$/i.exec(text.trim());
  if (match === null) throw wrong(place, text, 'a size is a number with KiB, MiB or GiB, such as 64MiB');
  const unit = (match[2] as string).toUpperCase();
  const decimal = unit !== '' && (match[3] as string).toLowerCase() === 'b';
  const bytes = Math.floor(
    Number(match[1]) * (decimal ? 1000 ** ' KMG'.indexOf(unit) : (units[unit] as number)),
  );
  if (bytes < 1) throw wrong(place, text, 'it must be at least one byte');
  return bytes;
}

/** The shortest way to write a number of bytes that is read as the same: `64MiB`. */
function printSize(bytes: number): string {
  const [unit, size] = Object.entries(units).findLast(([, size]) => bytes % size === 0) ?? ['', 1];
  return `${bytes / size}${unit === '' ? '' : `${unit}iB`}`;
}

/** A value of the kind as one writes it on a command line; undefined where there is none. */
export function writtenValue(kind: Kind, value: KindValues[Kind] | null | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && kind === 'size') return printSize(value);
  if (typeof value === 'number' && kind === 'duration') return printDuration(value);
  if (Array.isArray(value)) return value.join(',');
  if (typeof value !== 'object') return String(value);
  return Object.entries(value)
    .map(([name, text]) => `${name}=${text}`)
    .join(kind === 'durations' ? ',' : ' ');
}

function parseUrl(text: string, place: Place): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.hostname !== '' && url.username === '')
    return text;
  const shown = text.includes('@') ? '(not shown)' : text;
  throw wrong(place, shown, 'it must be https://HOST or http://HOST:PORT, without a user');
}

function parseInteger(text: string, place: Place): number {
  if (!/^\d{1,15}$/.test(text)) throw wrong(place, text, 'it must be a whole number');
  return Number(text);
}

function durationOf(text: string, place: Place): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw wrong(place, text, durationRule);
  return ms;
}

const switches: Record<string, boolean> = {
  1: true,
  true: true,
  yes: true,
  on: true,
  0: false,
  false: false,
  no: false,
  off: false,
  '': false,
};

function parseSwitch(text: string, place: Place): boolean {
  const word = text.toLowerCase();
  const value = Object.hasOwn(switches, word) ? switches[word] : undefined;
  if (value === undefined) throw wrong(place, text, 'it must be true or false');
  return value;
}

function parsePairs(items: readonly string[], place: Place): Record<string, string> {
  return Object.fromEntries(
    items.map((item) => {
      const at = item.indexOf('=');
      if (at < 1) throw wrong(place, item, 'it must be KEY=VALUE');
      return [item.slice(0, at), item.slice(at + 1)];
    }),
  );
}

function parseDurations(texts: readonly string[], place: Place): Record<string, string> {
  const pairs = parsePairs(splitList(texts), place);
  for (const value of Object.values(pairs)) durationOf(value, place);
  return pairs;
}

const splitList = (texts: readonly string[]): string[] =>
  texts
    .flatMap((text) => text.split(','))
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** Reads the words of a command line or an environment variable as a value of the kind. Throws `usage`. */
export const parsers: { [K in Kind]: (texts: readonly string[], place: Place) => KindValues[K] } = {
  text: (texts) => texts.at(-1) ?? '',
  url: (texts, place) => parseUrl(texts.at(-1) ?? '', place),
  list: splitList,
  size: (texts, place) => parseSize(texts.at(-1) ?? '', place),
  integer: (texts, place) => parseInteger(texts.at(-1) ?? '', place),
  duration: (texts, place) => durationOf(texts.at(-1) ?? '', place),
  switch: (texts, place) => parseSwitch(texts.at(-1) ?? '', place),
  pairs: (texts, place) => parsePairs(texts, place),
  durations: (texts, place) => parseDurations(texts, place),
};
