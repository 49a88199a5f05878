import { spawn } from 'node:child_process';
import { AuditExportError } from '../../../errors.ts';

/** The last line that a rehearsal prints when all is ready. */
const lastLine = /^export AUDIT_EXPORT_REHEARSAL_PID=\d+$/m;
const longestStartMs = 60_000;

/**
 * Starts this program again, apart from the terminal, and answers with what it prints until it is ready. Throws `unexpected`
 * with what it said where it ends before that.
 */
export async function runInBackground(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const [, program = ''] = process.argv;
  const child = spawn(process.execPath, [...process.execArgv, program, ...argv], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment,
  });
  let printed = '';
  let said = '';
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string): void =>
        reject(new AuditExportError('unexpected', `The rehearsal did not start: ${why}`));
      const timer = setTimeout(() => fail('it was not ready within a minute.'), longestStartMs);
      child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
      child.stdout.on('data', (chunk: Buffer) => {
        printed += chunk.toString();
        if (!lastLine.test(printed)) return;
        clearTimeout(timer);
        resolve();
      });
      child.once('error', ({ message }) => fail(message));
      child.once('exit', () => {
        clearTimeout(timer);
        fail(said.trim());
      });
    });
  } catch (error) {
    child.kill();
    throw error;
  }
  child.removeAllListeners();
  child.stdout.destroy();
  child.stderr.destroy();
  child.unref();
  return printed;
}
