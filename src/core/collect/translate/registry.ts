import { AuditExportError } from '../../../errors.ts';
import type { MappingEntry, MappingForm } from './mapping-file.ts';
import { parseMapping } from './mapping-file.ts';
import type { WrittenName } from './objects/object-name.ts';
import { storedObjectKey, writtenObjectName, writtenUserName } from './objects/object-name.ts';

/** Who a Snowflake user is on the platform. */
export interface MappedUser {
  profileId: number | null;
  userId: string | null;
}

/** What an object of Snowflake is registered as. */
export interface DataSource {
  dataSourceId: number | null;
  dataSourceName: string | null;
}

/** Finds what a name as Snowflake gives it stands for. */
export interface Registry<T> {
  find: (storedName: string) => T | undefined;
  /** Entries of the file. */
  size: number;
}

export const userForm: MappingForm = {
  flag: 'user-map',
  key: 'snowflakeUser',
  members: { profileId: 'integer', userId: 'text' },
};

export const dataSourceForm: MappingForm = {
  flag: 'data-sources',
  key: 'object',
  members: { dataSourceId: 'integer', dataSourceName: 'text' },
};

/** Reads `--user-map`: snowflakeUser, profileId, userId. Throws `document-invalid`. */
export async function readUserMap(file: string, text: string): Promise<Registry<MappedUser>> {
  const entries = await parseMapping(file, text, userForm);
  return buildRegistry<MappedUser>(file, entries, userForm, {
    written: writtenUserName,
    stored: (name) => name,
  });
}

/** Reads `--data-sources`: object, dataSourceId, dataSourceName. Throws `document-invalid`. */
export async function readDataSources(file: string, text: string): Promise<Registry<DataSource>> {
  const entries = await parseMapping(file, text, dataSourceForm);
  return buildRegistry<DataSource>(file, entries, dataSourceForm, {
    written: writtenObjectName,
    stored: storedObjectKey,
  });
}

/** A registry that knows nothing: without a file. */
export const emptyRegistry: Registry<never> = { find: () => undefined, size: 0 };

interface Naming {
  written: (name: string) => WrittenName;
  stored: (name: string) => string;
}

function buildRegistry<T>(
  file: string,
  entries: readonly MappingEntry[],
  { flag, key }: MappingForm,
  { written, stored }: Naming,
): Registry<T> {
  const meant = new Map<string, MappingEntry>();
  const shown = new Map<string, MappingEntry>();
  for (const entry of entries) {
    const name = written(String(entry.values[key]));
    const before = meant.get(name.meant);
    if (before !== undefined)
      throw new AuditExportError(
        'document-invalid',
        `The file ${file} of --${flag} can't be used: ${entry.place} and ${before.place} both say what ${String(entry.values[key])} is.`,
        { cure: 'Leave one of them out; to tell names apart by case, put them in double quotes.' },
      );
    meant.set(name.meant, entry);
    if (!shown.has(name.shown)) shown.set(name.shown, entry);
  }
  return {
    size: entries.length,
    find: (storedName) => {
      const name = stored(storedName);
      return (meant.get(name) ?? shown.get(name))?.values as T | undefined;
    },
  };
}
