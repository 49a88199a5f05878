import { logFormatOf } from './terminal/log-format.ts';
import { watchOutput } from './terminal/output.ts';
import { wantsVerbose } from './terminal/given-words.ts';
import { run } from './run.ts';
import type { CliProcess } from './terminal/terminal-context.ts';

/** The signals that ask a run to stop. */
export const stoppingSignals = ['SIGINT', 'SIGTERM'] as const;
export type StoppingSignal = (typeof stoppingSignals)[number];

/** All that a process is to its command line. Nothing else of the machine's process is looked at. */
export interface WholeProcess extends Omit<CliProcess, 'signal'> {
  /** Calls back at the first of each signal that asks it to stop. */
  onStop: (listener: (name: StoppingSignal) => void) => void;
}

/**
 * Runs one command line as a process does, and returns its exit code: the first signal asks it to stop in order, which is
 * told; what stdout could not take is told, and is a failure. Never throws, never exits.
 */
export async function runProcess(argv: readonly string[], process: WholeProcess): Promise<number> {
  const { stdout, stderr, environment, version, onStop } = process;
  const logFormat = logFormatOf(argv, environment);
  const stopping = new AbortController();
  onStop((name) => {
    stopping.abort();
    void tellOfStopping(name);
  });
  const tellOfStopping = async (signal: StoppingSignal): Promise<void> => {
    const { openLog } = await import('./terminal/log-context.ts');
    const again = signal === 'SIGINT' ? 'Press Ctrl-C again to stop' : 'A second signal stops it';
    const message = `Stopping: what is under way is finished. ${again} at once.`;
    openLog(process, logFormat).note('stopping', message, { signal }, `\n${message}\n`);
  };
  const output = watchOutput(stdout, stderr);
  const exitCode = await run(argv, { ...process, signal: stopping.signal });
  const failure = await output.failure();
  // Whoever waited for what it wrote to be taken has told it.
  if (failure === undefined || exitCode === failure.exitCode) return exitCode;
  const { openLog } = await import('./terminal/log-context.ts');
  const { tellError } = await import('./render/error.ts');
  tellError(openLog(process, logFormat), failure, { version, verbose: wantsVerbose(argv) });
  return exitCode === 0 ? failure.exitCode : exitCode;
}
