import type { Writable } from 'node:stream';
import type { Log, LogFacts } from '../../ports/terminal/log.ts';

const ownMembers = new Set(['time', 'level', 'event', 'message']);

/** Tells a collector of logs: one JSON object a line, `{time, level, event, message, …facts}`, in UTC. */
export function openJsonLog(stream: Writable, now: () => number): Log {
  const tellAt =
    (level: 'info' | 'warn' | 'error'): Log['note'] =>
    (event, message, facts = {}) => {
      const time = new Date(now()).toISOString();
      stream.write(`${JSON.stringify({ time, level, event, message, ...withoutOwn(facts) })}\n`);
    };
  return { note: tellAt('info'), warn: tellAt('warn'), error: tellAt('error') };
}

/** A fact must not pass for what the line is about. */
function withoutOwn(facts: LogFacts): LogFacts {
  return Object.fromEntries(Object.entries(facts).filter(([name]) => !ownMembers.has(name)));
}
