import type { Writable } from 'node:stream';
import type { Log } from '../../ports/terminal/log.ts';
import { wrapLine } from '../../core/report/wrap.ts';

/** Tells a person: the message as it is, or what is to be shown instead; on a terminal, broken at words where it ends. */
export function openTextLog(stream: Writable & { isTTY?: boolean; columns?: number }): Log {
  const tell: Log['note'] = (_event, message, _facts, shown = `${message}\n`) => {
    if (shown === '') return;
    const { isTTY, columns } = stream;
    stream.write(isTTY === true ? wrapText(shown, columns ?? 80) : shown);
  };
  return { note: tell, warn: tell, error: tell };
}

/** What follows a cure's arrow stands below its first word. */
function wrapText(text: string, columns: number): string {
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, columns, line.startsWith('  → ') ? 4 : undefined))
    .join('\n');
}
