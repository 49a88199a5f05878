import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AuditExportError } from '../../../errors.ts';
import { makeFolder } from '../../fs/make-folder.ts';

/** Takes a data folder for this process. Answers with what gives it back. Throws `AuditExportError` usage where another has it. */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await makeFolder(folder, 0o700);
  const path = join(folder, 'lock');
  const holder = Number(await readFile(path, 'utf8').catch(() => '0'));
  if (holder > 0 && holder !== process.pid && isAlive(holder)) {
    throw new AuditExportError(
      'usage',
      `The folder ${folder} is in use by the rehearsal with process id ${holder}.`,
      {
        cure: 'Stop that one, or give another folder with --data.',
      },
    );
  }
  await writeFile(path, String(process.pid), { mode: 0o600 });
  return async () => {
    await rm(path, { force: true });
  };
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
