import { readFile, writeFile } from 'node:fs/promises';
import { AuditExportError } from '../../errors.ts';

/** Reads a file that was named on the command line. Throws `document-invalid` where it can't be read. */
export async function readNamedFile(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new AuditExportError(
      'document-invalid',
      `The file ${file} can't be read: ${(error as Error).message}.`,
      { cure: 'Check the path, and that this user may read the file.', cause: error },
    );
  });
}

/** Writes a file that was named on the command line, over one that is there. Throws `usage` where it can't be written. */
export async function writeNamedFile(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((error: unknown) => {
    throw new AuditExportError('usage', `The file ${file} can't be written: ${(error as Error).message}.`, {
      cure: 'Name another file.',
      cause: error,
    });
  });
}
