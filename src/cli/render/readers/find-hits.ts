import type { FindHit } from '../../../commands/find/index.ts';
import { standardColumns } from '../../../core/readers/columns/standard-columns.ts';
import type { ColumnName, EventRow } from '../../../core/readers/columns/standard-columns.ts';
import { csvCell } from '../csv.ts';
import { printable } from '../../../core/report/printable.ts';

/** How hits are written: what comes before them, and each of them; texts end with a line end. */
export interface HitForm {
  head: string;
  write: (hits: readonly FindHit[]) => Buffer | string;
}

const lineEnd = Buffer.from('\n');

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

const byLine =
  (line: (hit: FindHit) => string): HitForm['write'] =>
  (hits) =>
    hits.map(line).join('');

/** The lines as they are stored. */
export const storedLines: HitForm = {
  head: '',
  write: (hits) => Buffer.concat(hits.flatMap(({ bytes }) => [bytes, lineEnd])),
};

/** One object a line: type, columns, where it lies, and the event as it is stored. Shape: schemas/found-event.schema.json. */
export const jsonLines: HitForm = {
  head: '',
  write: byLine(({ key, line, type, row, bytes }) => {
    const { event_time, details, ...columns } = row();
    const text = bytes.toString();
    const facts = { audit_type: type ?? null, event_time: iso(event_time), ...columns };
    const place = JSON.stringify({ ...facts, key, line }).slice(0, -1);
    return `${place},"details":${details ?? 'null'},"event":${isObject(text) ? text : JSON.stringify(text)}}\n`;
  }),
};

function isObject(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

function cellOf(row: EventRow, name: ColumnName): string {
  const value = row[name];
  if (value === null) return '';
  if (name === 'event_time') return iso(value as number) ?? '';
  return Array.isArray(value) ? value.join(', ') : String(value);
}

/** The type and all standard columns. */
export const csvLines: HitForm = {
  head: `audit_type,${standardColumns.map(({ name }) => name).join(',')}\r\n`,
  write: byLine((hit) => {
    const row = hit.row();
    return `${[hit.type ?? '', ...standardColumns.map(({ name }) => cellOf(row, name))].map(csvCell).join(',')}\r\n`;
  }),
};

/** Widths of the cells of a table, for an even line whatever comes. */
const cells: readonly { title: string; width: number; of: (row: EventRow, type: string) => string }[] = [
  { title: 'Event time', width: 24, of: (row) => cellOf(row, 'event_time') },
  { title: 'Type', width: 12, of: (_, type) => type },
  { title: 'Actor', width: 22, of: (row) => cellOf(row, 'actor') },
  { title: 'Action', width: 16, of: (row) => cellOf(row, 'action') },
  { title: 'Decision', width: 8, of: (row) => cellOf(row, 'decision') },
  {
    title: 'Object or query',
    width: 60,
    of: (row) =>
      [cellOf(row, 'object'), cellOf(row, 'columns'), cellOf(row, 'query_text')].filter(Boolean).join(': '),
  },
];

const fitted = (text: string, width: number): string => {
  const shown = printable(text.replaceAll(/\s+/g, ' '));
  return shown.length > width ? `${shown.slice(0, width - 1)}…` : shown.padEnd(width);
};
const tableLine = (texts: readonly string[]): string =>
  `${texts
    .map((text, index) => fitted(text, cells[index]?.width ?? 0))
    .join('  ')
    .trimEnd()}\n`;

/** A table of what matters most. */
export const tableLines: HitForm = {
  head: tableLine(cells.map(({ title }) => title)),
  write: byLine((hit) => {
    const row = hit.row();
    return tableLine(cells.map(({ of }) => of(row, hit.type ?? '')));
  }),
};
