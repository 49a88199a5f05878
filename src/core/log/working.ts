import { AuditExportError } from '../../errors.ts';
import { originOf } from './log-keys.ts';
import { formatVerifierKey } from './signed-note.ts';
import type { VerifierKey } from './signed-note.ts';

/**
 * That a writer is at work, signed by the log's key: what it stores from one time to another has its leaves later. Published
 * before the first object of a run is stored.
 */
export interface Working {
  log: string;
  /** The run that was the first to be under way; the note says nothing any more once the log tells of its end. */
  run: string;
  sinceMs: number;
  untilMs: number;
  /** Leaves that the log had published by then: 0 where it has just begun. */
  size: number;
  /** The log's key, as it says itself: it may have no leaf yet. */
  verifier: string;
}

/** The text that is signed. Its first line is no origin of a log, so it can't be taken for a checkpoint. */
export function formatWorking(
  { log, run, sinceMs, untilMs, size }: Omit<Working, 'verifier'>,
  key: VerifierKey,
): string {
  const times = [sinceMs, untilMs].map((ms) => new Date(ms).toISOString());
  return `${[`${originOf(log)}/working`, run, ...times, size, formatVerifierKey(key)].join('\n')}\n`;
}

/** Reads the text of such a note of a log. Throws `log-damaged` for what is none. */
export function parseWorking(text: string, log: string): Working {
  const [first, run = '', since = '', until = '', size = '', verifier = '', rest, ...more] = text.split('\n');
  const [sinceMs, untilMs] = [Date.parse(since), Date.parse(until)];
  const isNote =
    first === `${originOf(log)}/working` &&
    /^[\w-]+$/.test(run) &&
    sinceMs <= untilMs &&
    /^(0|[1-9]\d{0,15})$/.test(size) &&
    rest === '' &&
    more.length === 0;
  if (isNote) return { log, run, sinceMs, untilMs, size: Number(size), verifier };
  throw new AuditExportError('log-damaged', 'It is no note that a writer is at work.');
}
