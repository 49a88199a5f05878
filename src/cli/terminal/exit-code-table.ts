import { wrapLine } from '../../core/report/wrap.ts';
import { exitCodes } from '../../errors.ts';

const meanings: Record<keyof typeof exitCodes, string> = {
  done: 'done; all selected lines are durable',
  bug: 'unexpected error (a bug: the message says how to report it)',
  usage: 'usage: a bad flag or value, or an answer is missing and there is no terminal',
  configuration: 'configuration or schema file is invalid, or no input can be used',
  access: 'access: no credentials, denied, or an access test failed',
  quarantined: 'done, but some lines are in quarantine',
  delivery: 'some of it could not be delivered or read; the rest is durable; run it again',
  verification: 'verification failed, or drift found',
  interrupted: 'interrupted, or the wizard was closed',
};

/** The exit codes as help shows them, for so many columns. */
export function exitCodeTable(columns: number): string {
  const rows = Object.entries(exitCodes).flatMap(([name, code]) =>
    wrapLine(`  ${String(code).padStart(3)}  ${meanings[name as keyof typeof exitCodes]}`, columns, 7),
  );
  return `Exit codes:\n${rows.join('\n')}`;
}
