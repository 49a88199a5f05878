import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { AuditExportError } from '../../errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The places where a configuration is looked for, the first that exists wins. */
export function configPlaces(environment: Environment, workingFolder: string): string[] {
  const home = environment['XDG_CONFIG_HOME'] || join(homedir(), '.config');
  return [join(workingFolder, 'audit-export.json'), join(home, 'audit-export', 'config.json')];
}

/** The folder of a profile's state: quarantine, ledger, receipts. */
export function stateFolder(environment: Environment, profile: string | undefined): string {
  const home = environment['XDG_STATE_HOME'] || join(homedir(), '.local', 'state');
  return join(home, 'audit-export', profile ?? 'default');
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
      if (named === undefined && isNothing(error)) continue;
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

/** No file is there; a home that is no folder (`HOME=/dev/null`, as services have it) holds none either. */
function isNothing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
}
