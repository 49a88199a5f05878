import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AuditExportError } from '../../../errors.ts';
import { homeFolder } from '../home-folder.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The places where a configuration is looked for, the first that exists wins. */
export function configPlaces(environment: Environment, workingFolder: string): string[] {
  const { XDG_CONFIG_HOME: given = '' } = environment;
  const home = homeFolder(environment);
  const folders =
    given !== '' ? [resolve(workingFolder, given)] : home === undefined ? [] : [join(home, '.config')];
  return [
    join(workingFolder, 'audit-export.json'),
    ...folders.map((folder) => join(folder, 'audit-export', 'config.json')),
  ];
}

/**
 * Reads the named configuration file, or the first of the usual places that exists; undefined if there is none. Throws
 * `config-invalid` for a file that is named but can't be read.
 */
export async function readConfigFile(
  named: string | undefined,
  environment: Environment,
  workingFolder: string,
): Promise<{ file: string; text: string } | undefined> {
  for (const file of named === undefined ? configPlaces(environment, workingFolder) : [named]) {
    try {
      return { file, text: await readFile(file, 'utf8') };
    } catch (error) {
      if (named === undefined && isNone(error)) continue;
      throw new AuditExportError(
        'config-invalid',
        `The configuration ${file} can't be read: ${(error as Error).message}.`,
        {
          cure: 'Check the path after --config, and that this user may read the file.',
          cause: error,
        },
      );
    }
  }
  return undefined;
}

/** Nothing is there, or not even the folder: a home may be a device. */
function isNone(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
}
