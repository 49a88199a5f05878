import { printable } from '../../core/report/printable.ts';
import { exitCodes, isAuditExportError } from '../../errors.ts';
import type { ErrorDetails } from '../../errors.ts';
import type { Log } from '../../ports/terminal/log.ts';

/** An error of ours, or what a report says of one. */
export interface ShownError {
  message: string;
  cure: string | null | undefined;
  details: ErrorDetails;
  cause?: unknown;
}

/** An error as the terminal shows it: what failed and why, then the cure; with `verbose`, the facts and the cause as well. */
export function renderKnownError({ message, cure, details, cause }: ShownError, verbose: boolean): string {
  const facts = Object.entries(details).flatMap(([name, value]) =>
    value === undefined ? [] : [`  ${name}: ${printable(String(value))}`],
  );
  const because = cause instanceof Error ? [`  cause: ${cause.stack ?? cause.message}`] : [];
  const lines = [
    `audit-export: ${printable(message)}`,
    ...(verbose ? [...facts, ...because] : []),
    ...(cure === undefined || cure === null ? [] : [`  → ${printable(cure)}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Any error: one that is not ours is a bug of ours, and says how to report it. */
export function renderError(
  error: unknown,
  { version, verbose }: { version: string; verbose: boolean },
): string {
  if (isAuditExportError(error)) return renderKnownError(error, verbose);
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return (
    `audit-export: an unexpected error, which is a bug of this tool. Please report it with the following lines:\n` +
    `  audit-export ${version}, Node ${process.versions.node}, ${process.platform} ${process.arch}\n` +
    `${stack.replaceAll(/^/gm, '  ')}\n`
  );
}

/** Tells the log what ended a command. `shown` is for the terminal, where somebody else has put it into words already. */
export function tellError(
  log: Log,
  error: unknown,
  how: { version: string; verbose: boolean },
  shown = renderError(error, how),
): void {
  if (isAuditExportError(error)) {
    const { code, exitCode, message, cure = null, details } = error;
    log.error('failed', message, { code, exitCode, cure, details }, shown);
    return;
  }
  const { message, stack = null } = error instanceof Error ? error : { message: String(error) };
  const facts = { code: 'unexpected', exitCode: exitCodes.bug, version: how.version, stack };
  log.error('failed', message, facts, shown);
}
