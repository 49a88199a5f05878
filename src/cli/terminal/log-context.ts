import { Console } from 'node:console';
import { systemClock } from '../../adapters/system/system-clock.ts';
import { openJsonLog } from '../../adapters/terminal/json-log.ts';
import { openLogStream } from '../../adapters/terminal/log-stream.ts';
import { ProgressLine } from '../../adapters/terminal/progress-line.ts';
import { ProgressLog } from '../../adapters/terminal/progress-log.ts';
import { openTextLog } from '../../adapters/terminal/text-log.ts';
import { AuditExportError, exitCodes } from '../../errors.ts';
import type { Log } from '../../ports/terminal/log.ts';
import type { Progress } from '../../ports/terminal/progress.ts';
import type { TextProgress } from '../../ports/terminal/text-progress.ts';
import type { LogFormat } from './log-format.ts';
import { tellError } from '../render/error.ts';
import type { CliContext, CliProcess } from './terminal-context.ts';

/** The log of a command line, on stderr. */
export function openLog({ stderr, clock }: Pick<CliProcess, 'stderr' | 'clock'>, format: LogFormat): Log {
  return format === 'json' ? openJsonLog(stderr, clock.now) : openTextLog(stderr);
}

/** Says that the folder the process was started in is gone, and returns the exit code. */
export function tellNoFolder(
  { stderr }: Pick<CliProcess, 'stderr'>,
  { format, version }: { format: LogFormat; version: string },
): number {
  const error = new AuditExportError('source-unreadable', 'The folder that this was started in is gone.', {
    cure: 'Change to a folder that is there (cd ~), and run it again.',
  });
  tellError(openLog({ stderr, clock: systemClock }, format), error, { version, verbose: false });
  return error.exitCode;
}

/**
 * Has all lines on stderr be objects, those of Node and of libraries included: warnings, what is written to the console, and
 * the end of a process that nobody foresaw.
 */
export function tellAllAsJson(process: NodeJS.Process, version: string): void {
  const log = openLog({ stderr: process.stderr, clock: systemClock }, 'json');
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => {
    log.warn('node', message, { name });
  });
  const lines = openLogStream(log, 'library');
  globalThis.console = new Console({ stdout: lines, stderr: lines });
  process.on('uncaughtException', (error) => {
    tellError(log, error, { version, verbose: false });
    // Nobody knows any more what state things are in.
    // oxlint-disable-next-line no-process-exit
    process.exit(exitCodes.bug);
  });
}

/** The context for a command: where stderr is to be JSON, whatever it writes there goes through the log. */
export function withLog(process: CliProcess, format: LogFormat, event: string): CliContext {
  const log = openLog(process, format);
  return format === 'json' ? { ...process, stderr: openLogStream(log, event), log } : { ...process, log };
}

/** Shows the progress of a run in the form of the log. */
export function buildProgress(
  { stderr, environment, log, clock }: CliContext,
  { quiet, logFormat }: ProgressOptions,
): Progress & TextProgress {
  if (logFormat === 'json') return new ProgressLog(log, { quiet, now: clock.now });
  return new ProgressLine(stderr, { quiet, redraws: canRedraw({ stderr, environment }), now: clock.now });
}

/** The same where one line is drawn again in its place; undefined elsewhere. */
export function liveProgress(
  progress: TextProgress,
  context: Pick<CliContext, 'stderr' | 'environment'>,
  { quiet, logFormat }: ProgressOptions,
): TextProgress | undefined {
  return !quiet && logFormat !== 'json' && canRedraw(context) ? progress : undefined;
}

function canRedraw({ stderr, environment }: Pick<CliContext, 'stderr' | 'environment'>): boolean {
  return stderr.isTTY === true && environment['TERM'] !== 'dumb';
}

interface ProgressOptions {
  quiet: boolean;
  logFormat: string;
}
