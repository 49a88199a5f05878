import { AuditExportError, isAuditExportError } from '../../errors.ts';

/** What to say of a spool that can't be written or read. */
export function spoolFailed(folder: string, error: unknown): AuditExportError {
  if (isAuditExportError(error)) return error;
  const isFull = ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
  return new AuditExportError(
    'spool-failed',
    `The spool ${folder} can't be used: ${(error as Error).message}.`,
    {
      cure: isFull
        ? 'Free disk there: reading goes on by itself.'
        : 'Give this user the right to write there, or name another folder in XDG_STATE_HOME.',
      details: { full: isFull },
      cause: error,
    },
  );
}

/** A closed segment is whole, whatever was killed when: if it isn't, the disk or somebody has changed it. */
export function damaged(path: string): AuditExportError {
  return new AuditExportError(
    'spool-failed',
    `The spool file ${path} is damaged: its checksums don't agree.`,
    {
      cure: `Get it back from a copy of the disk, or move it away and start again: mv ${path} ${path}.damaged. What it holds of files that are still there is read again.`,
    },
  );
}
