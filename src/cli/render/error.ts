import { isAuditExportError } from '../../errors.ts';
import type { CliContext } from '../terminal-context.ts';

/** An error as the terminal shows it: what failed and why, then the cure. An error that is not ours is a bug of ours. */
export function renderError(error: unknown, { version }: Pick<CliContext, 'version'>): string {
  if (isAuditExportError(error))
    return `audit-export: ${error.message}\n${error.cure === undefined ? '' : `  → ${error.cure}\n`}`;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return (
    `audit-export: an unexpected error, which is a bug of this tool. Please report it with the following lines:\n` +
    `  audit-export ${version}, Node ${process.versions.node}, ${process.platform} ${process.arch}\n` +
    `${stack.replaceAll(/^/gm, '  ')}\n`
  );
}
