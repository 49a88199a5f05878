import { readFile, realpath } from 'node:fs/promises';
import { parseConfig } from '../../../core/config/parse-config.ts';
import { AuditExportError } from '../../../errors.ts';
import type { Config, ConfigStore } from '../../../ports/state/config-store.ts';
import { configPlaces } from './config-file.ts';
import { replaceFile } from '../replace-file.ts';

/** What `$schema` of a new file says: the `$id` of schemas/config.schema.json. */
const schemaId = 'urn:audit-export:schema:config:v1';

const errno = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

/**
 * Opens the configuration for changes: the named file, else the first of the usual places that exists, else
 * `./audit-export.json`, which is made by the first change.
 */
export async function openConfigStore(
  named: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  workingFolder: string,
): Promise<ConfigStore> {
  const places = named === undefined ? configPlaces(environment, workingFolder) : [named];
  const found = await firstThatExists(places);
  return new ConfigFile(found ?? (places[0] as string));
}

class ConfigFile implements ConfigStore {
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  async read(): Promise<Config | undefined> {
    const text = await readFile(this.file, 'utf8').catch((error: unknown) => {
      if (errno(error) === 'ENOENT') return undefined;
      throw new AuditExportError(
        'config-invalid',
        `The configuration ${this.file} can't be read: ${(error as Error).message}.`,
        { cure: 'Check the path after --config, and that this user may read the file.', cause: error },
      );
    });
    return text === undefined ? undefined : parseConfig(this.file, text);
  }

  async update(change: (config: Config) => Config): Promise<void> {
    const before = (await this.read()) ?? { $schema: schemaId, profiles: {} };
    const text = `${JSON.stringify(change(before), null, 2)}\n`;
    // What this tool writes, it must be able to read.
    parseConfig(this.file, text);
    try {
      await replaceFile(this.file, text);
    } catch (error) {
      throw new AuditExportError(
        'config-not-written',
        `The configuration ${this.file} could not be written: ${(error as Error).message}.`,
        {
          cure: 'Give this user the right to write there, or name another file with --config.',
          cause: error,
        },
      );
    }
  }
}

async function firstThatExists(places: readonly string[]): Promise<string | undefined> {
  for (const place of places) {
    const exists = await realpath(place).then(
      () => true,
      () => false,
    );
    if (exists) return place;
  }
  return undefined;
}
