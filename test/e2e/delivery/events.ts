/** Lines of audit events, each different from all others and known by its number. */

const firstMs = Date.UTC(2026, 10, 3);
const hourMs = 3_600_000;
/** So many hours apart are events whose numbers are neighbours: any ten of them lie in several days. */
const hoursApart = 7;
const days = 4;

/** Audit types with an event that is short. */
export type ShortType = 'custom' | 'query' | 'tokenization';

const idOf: Readonly<Record<ShortType, string>> = {
  custom: 'custom-audit',
  query: 'QUERY-AUDIT',
  tokenization: 'tokenization',
};

export interface EventLine {
  /** Without its line end. */
  readonly text: string;
  /** The folder that it is filed in by day. */
  readonly folder: string;
}

/**
 * The event of this number. What a second writer of JSON would write otherwise (white space, escapes, numbers) is in it,
 * so that a line that was not copied byte for byte shows.
 */
export function event(number: number, type: ShortType = 'custom'): EventLine {
  const eventTime = firstMs + ((number * hoursApart) % (days * 24)) * hourMs + (number % 1000);
  const details = type === 'custom' ? `"{\\"n\\": ${number}}"` : '{"query": {"text": "SELECT 1"}}';
  const id = `${idOf[type]}-${String(number).padStart(6, '0')}`;
  const text = `{"eventID": "${id}" ,"eventTime":${eventTime},"clientID":"caf\\u00e9 é","ratio":1.50,"eventDetails":${details}}`;
  const date = new Date(eventTime).toISOString().slice(0, 10);
  return { text, folder: `audit_type=${type}/event_date=${date}` };
}

/** The events with the numbers from `from` to before `to`. */
export function events(from: number, to: number, type: ShortType = 'custom'): EventLine[] {
  return Array.from({ length: to - from }, (_, index) => event(from + index, type));
}

/** As a log holds them: each closed by LF. */
export function logOf(lines: readonly EventLine[]): string {
  return lines.map(({ text }) => `${text}\n`).join('');
}
