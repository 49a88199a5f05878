import type { Writable } from 'node:stream';
import { openJsonLog } from '../adapters/terminal/json-log.ts';
import { openLogStream } from '../adapters/terminal/log-stream.ts';
import { ProgressLine } from '../adapters/terminal/progress-line.ts';
import { ProgressLog } from '../adapters/terminal/progress-log.ts';
import { openTextLog } from '../adapters/terminal/text-log.ts';
import type { Log } from '../ports/log.ts';
import type { Progress } from '../ports/progress.ts';
import type { LogFormat } from './log-format.ts';
import type { CliContext, CliProcess } from './terminal-context.ts';

/** The log of a command line, on stderr. */
export function openLog(stderr: Writable, format: LogFormat): Log {
  return format === 'json' ? openJsonLog(stderr) : openTextLog(stderr);
}

/** The context for a command: where stderr is to be JSON, whatever it writes there goes through the log. */
export function withLog(process: CliProcess, format: LogFormat, event: string): CliContext {
  const log = openLog(process.stderr, format);
  return format === 'json' ? { ...process, stderr: openLogStream(log, event), log } : { ...process, log };
}

/** Shows the progress of a run in the form of the log. */
export function buildProgress(
  { stderr, environment, log }: CliContext,
  { quiet, logFormat }: ProgressOptions,
): Progress {
  if (logFormat === 'json') return new ProgressLog(log, { quiet, now: Date.now });
  const redraws = stderr.isTTY === true && environment['TERM'] !== 'dumb';
  return new ProgressLine(stderr, { quiet, redraws, startedMs: Date.now() });
}

interface ProgressOptions {
  quiet: boolean;
  logFormat: string;
}
