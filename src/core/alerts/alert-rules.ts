import type { EventRow } from '../readers/columns/standard-columns.ts';
import { validateAlertRules } from '../../generated/documents/alert-rules.ts';
import type { SchemaCheck } from '../audit-types/audit-type.ts';
import { AuditExportError } from '../../errors.ts';

type Words = readonly string[];

/** One rule of the file: all that it says must hold. Shape: schemas/alert-rules.schema.json. */
export interface AlertRule {
  name: string;
  /** Audit types that it is about; all if missing. */
  types?: Words;
  /** Standard columns, and the words of which one must be there, whatever their case. */
  where?: Readonly<Partial<Record<keyof EventRow, Words>>>;
  /** More rows came out than this. */
  moreRowsThan?: number;
  /** Only events outside of these hours of these days. */
  outside?: { from: string; to: string; days?: Words; timeZone?: string };
}

/** Parses a file of rules. Throws `document-invalid`, naming the place. */
export function parseAlertRules(file: string, text: string): AlertRule[] {
  const invalid = (why: string, cause?: unknown): AuditExportError =>
    new AuditExportError('document-invalid', `${file} holds no alert rules: ${why}.`, {
      cure: 'See docs/consumers/alerts.md, or print rules to start from: audit-export consumers alerts',
      ...(cause === undefined ? {} : { cause }),
    });
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw invalid((error as Error).message, error);
  }
  const check: SchemaCheck = validateAlertRules;
  if (!check(document)) {
    const [violation] = check.errors ?? [];
    throw invalid(`${violation?.instancePath ?? ''} ${violation?.message ?? 'is wrong'}`);
  }
  const { rules } = document as { rules: AlertRule[] };
  for (const { outside } of rules)
    if (outside?.timeZone !== undefined && !isTimeZone(outside.timeZone))
      throw invalid(`there is no time zone ${JSON.stringify(outside.timeZone)}`);
  return rules;
}

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Tells by which rules an event is an alert: their names, in the order of the file. */
export type AlertMatcher = (type: string, row: EventRow) => string[];

/** Builds the matcher of some rules. */
export function buildAlertMatcher(rules: readonly AlertRule[]): AlertMatcher {
  const built = rules.map((rule) => ({ name: rule.name, holds: holdsOf(rule) }));
  return (type, row) => built.filter(({ holds }) => holds(type, row)).map(({ name }) => name);
}

function holdsOf({
  types,
  where = {},
  moreRowsThan,
  outside,
}: AlertRule): (type: string, row: EventRow) => boolean {
  const wanted = Object.entries(where).map(([column, words]) => ({
    column: column as keyof EventRow,
    words: new Set(words.map((word) => word.toLowerCase())),
  }));
  const isOutside = outside === undefined ? () => true : outsideOf(outside);
  return (type, row) =>
    types?.includes(type) !== false &&
    wanted.every(({ column, words }) => wordsOf(row[column]).some((word) => words.has(word))) &&
    (moreRowsThan === undefined || (row.rows ?? 0) > moreRowsThan) &&
    isOutside(row.event_time);
}

function wordsOf(value: EventRow[keyof EventRow]): string[] {
  if (value === null) return [];
  return (Array.isArray(value) ? value : [String(value)]).map((word) => word.toLowerCase());
}

const workDays = ['mon', 'tue', 'wed', 'thu', 'fri'];

function outsideOf({
  from,
  to,
  days = workDays,
  timeZone = 'UTC',
}: NonNullable<AlertRule['outside']>): (timeMs: number | null) => boolean {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return (timeMs) => {
    if (timeMs === null) return false;
    const parts = Object.fromEntries(clock.formatToParts(timeMs).map(({ type, value }) => [type, value]));
    const time = `${parts['hour'] ?? ''}:${parts['minute'] ?? ''}`;
    const isDay = days.includes((parts['weekday'] ?? '').toLowerCase());
    return !isDay || time < from || time >= to;
  };
}
