import { printable } from '../../core/report/printable.ts';
import { isAuditExportError } from '../../errors.ts';
import type { ErrorDetails } from '../../errors.ts';

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
