import { readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AuditExportError } from '../../errors.ts';
import { makeFolder } from './make-folder.ts';

const cureOf = (flag: string | undefined): string =>
  flag === undefined ? 'Check the path, and what this user may do there.' : `Check the path after --${flag}.`;

/** Reads a file that was named on the command line, behind `flag` where there is one. Throws `document-invalid` where it can't be read. */
export async function readNamedFile(file: string, flag?: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new AuditExportError('document-invalid', `${file} can't be read: ${(error as Error).message}.`, {
      cure: cureOf(flag),
      cause: error,
    });
  });
}

/** Writes a file that was named on the command line, over one that is there, and its folder. Throws `usage` where it can't be written. */
export async function writeNamedFile(file: string, text: string, flag?: string): Promise<void> {
  try {
    await makeFolder(dirname(file));
    await writeFile(file, text);
  } catch (error) {
    throw new AuditExportError('usage', `${file} can't be written: ${(error as Error).message}.`, {
      cure: cureOf(flag),
      cause: error,
    });
  }
}
