import { AuditExportError } from '../../errors.ts';

/** A file is shorter than it was when the run looked at it first. */
export function wasCut(path: string): AuditExportError {
  return new AuditExportError('source-moved', `${path} was rotated while it was read: it was cut.`, {
    cure: 'Run it again: it is found where it is now, and what is stored already will not be stored twice.',
  });
}
