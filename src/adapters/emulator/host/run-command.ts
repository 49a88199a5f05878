import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { AuditExportError } from '../../../errors.ts';

/** Where a command runs. */
export interface CommandSurroundings {
  readonly environment: NodeJS.ProcessEnv;
  readonly set: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
  /** Stops the command: it gets the signal that a terminal would send. */
  readonly signal: AbortSignal;
}

/**
 * Runs a program with this process's terminal and answers with its exit code, 128 and the number for one that a signal
 * ended, as shells do. Throws `AuditExportError` usage where there is no such program.
 */
export async function runCommand(
  command: readonly string[],
  surroundings: CommandSurroundings,
): Promise<number> {
  const [program = '', ...rest] = command;
  const child = spawn(program, rest, { stdio: 'inherit', env: environmentOf(surroundings) });
  const interrupt = (): void => void child.kill('SIGINT');
  surroundings.signal.addEventListener('abort', interrupt, { once: true });
  try {
    return await exitCodeOf(child, program);
  } finally {
    surroundings.signal.removeEventListener('abort', interrupt);
  }
}

async function exitCodeOf(child: ChildProcess, program: string): Promise<number> {
  return await new Promise((resolve, reject) => {
    child.once('error', (cause) => {
      const cure = 'Check the command after --.';
      reject(new AuditExportError('usage', `${program} can't be run: ${cause.message}.`, { cure, cause }));
    });
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

function environmentOf({ environment, set, unset }: CommandSurroundings): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !unset.includes(name));
  return { ...Object.fromEntries(kept), ...set };
}
