import type { Readable, Writable } from 'node:stream';
import type { Timer } from '../../ports/clock.ts';
import type { Log } from '../../ports/terminal/log.ts';

/** The process, as far as the command line may know it. */
export interface CliProcess {
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable & { isTTY?: boolean; columns?: number };
  stderr: Writable & { isTTY?: boolean; columns?: number };
  environment: Readonly<Record<string, string | undefined>>;
  workingFolder: string;
  version: string;
  /** What time it is, and what is waited on. */
  clock: Timer;
  /** Aborted by the first Ctrl-C. */
  signal: AbortSignal;
  /** Where system services keep their state; `/var/lib` if missing. */
  systemState?: string;
  /** Calls back at each SIGHUP, which ends the process where nobody asked for it; answers with what ends that. */
  onHangUp?: (listener: () => void) => () => void;
}

/** What commands are run in. With --log-format json, what is written to `stderr` goes through the log as well. */
export interface CliContext extends CliProcess {
  log: Log;
}
