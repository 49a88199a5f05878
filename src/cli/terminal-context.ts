import type { Readable, Writable } from 'node:stream';

/** The process, as far as commands may know it. */
export interface CliContext {
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable & { isTTY?: boolean; columns?: number };
  stderr: Writable & { isTTY?: boolean; columns?: number };
  environment: Readonly<Record<string, string | undefined>>;
  workingFolder: string;
  version: string;
  /** Aborted by the first Ctrl-C. */
  signal: AbortSignal;
}
