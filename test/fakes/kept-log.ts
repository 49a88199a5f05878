import type { Log, LogFacts } from '../../src/ports/terminal/log.ts';

/** What a log was told. */
export interface Told {
  level: 'note' | 'warn' | 'error';
  event: string;
  message: string;
  facts: LogFacts | undefined;
}

/** A log that keeps what it is told. */
export function keptLog(): Log & { told: Told[] } {
  const told: Told[] = [];
  const keepAt =
    (level: Told['level']): Log['note'] =>
    (event, message, facts) => {
      told.push({ level, event, message, facts });
    };
  return { told, note: keepAt('note'), warn: keepAt('warn'), error: keepAt('error') };
}
