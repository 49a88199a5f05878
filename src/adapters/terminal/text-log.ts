import type { Writable } from 'node:stream';
import type { Log } from '../../ports/terminal/log.ts';

/** Tells a person: the message as it is, or what is to be shown instead. */
export function openTextLog(stream: Writable): Log {
  const tell: Log['note'] = (_event, message, _facts, shown = `${message}\n`) => {
    if (shown !== '') stream.write(shown);
  };
  return { note: tell, warn: tell, error: tell };
}
