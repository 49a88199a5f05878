import { createHash } from 'node:crypto';
import type { FinishedObject } from '../../ports/store/object-store.ts';
import type { EventRow } from '../readers/columns/standard-columns.ts';

/** The folder of alerts, below the prefix. */
export const alertFolder = '_alerts';

/** An event that rules make an alert. */
export interface Alert {
  type: string;
  rules: readonly string[];
  row: EventRow;
  /** The line as it was delivered, without its line end. */
  line: string;
  /** Where the time of the event is not known: when it was read. */
  nowMs: number;
  /** It is none, and says so. */
  isTest?: boolean;
}

/**
 * The object of an alert. Its key says what happened, since an e-mail shows no more than that: time, rules, decision, who and what; and a hash of
 * the line, so that the same event is the same object. It lies below `_alerts/`, which tables and readers of events skip.
 */
export function alertObject(prefix: string, alert: Alert): FinishedObject {
  const { type, rules, row, line, nowMs, isTest = false } = alert;
  const time = new Date(row.event_time ?? nowMs).toISOString();
  const hash = createHash('sha256').update(line).digest('hex').slice(0, 16);
  const words = [
    isTest ? 'test' : undefined,
    rules.join('+'),
    type,
    row.decision,
    row.actor,
    row.object[0] ?? row.columns[0],
  ];
  const telling = words.flatMap((word) =>
    word === null || word === undefined || word === '' ? [] : [slug(word)],
  );
  const name = [time.replaceAll(/[-:.]/g, ''), ...telling, hash].join('_');
  return {
    key: `${prefix === '' ? '' : `${prefix}/`}${alertFolder}/event_date=${time.slice(0, 10)}/${name}.json`,
    body: Buffer.from(
      `${JSON.stringify({ alert: 1, ...(isTest ? { test: true } : {}), rules, audit_type: type, ...row, line })}\n`,
    ),
    contentType: 'application/json',
  };
}

/** At most forty characters that are safe in a key and that a person can read. */
function slug(word: string): string {
  return word.replaceAll(/[^A-Za-z0-9.+-]+/g, '-').slice(0, 40);
}
