import { AuditExportError } from '../../../errors.ts';
import { replaceFile } from '../replace-file.ts';

/** Keeps the report of the last access test of a profile, whole or not at all. Throws `state-not-written`. */
export async function saveAccessReport(file: string, report: object): Promise<void> {
  try {
    await replaceFile(file, `${JSON.stringify(report, null, 2)}\n`);
  } catch (error) {
    throw new AuditExportError(
      'state-not-written',
      `The result of the access test could not be kept in ${file}: ${(error as Error).message}.`,
      {
        cure: 'Give this user the right to write there, or set XDG_STATE_HOME to a folder where it may.',
        cause: error,
      },
    );
  }
}
