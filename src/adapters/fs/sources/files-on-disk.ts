import { access, constants, lstat, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileSource } from '../../../core/files/look-at-content.ts';
import { isFileSource } from '../../../core/files/look-at-content.ts';
import type { FilesPort } from '../../../ports/sources/files.ts';
import { fileSource } from './file-source.ts';

/** Looks at files where they stand. */
export const filesOnDisk: FilesPort = {
  at: (path) => regularFile(path),
  beside: async (path) => {
    const folder = dirname(path);
    const { files, folders } = await entriesOf(folder);
    const below = await Promise.all(folders.map(async (name) => (await entriesOf(name)).files));
    const found = await Promise.all([files, ...below].flat().map((file) => regularFile(file)));
    return found.filter((source) => source !== undefined);
  },
};

async function regularFile(path: string): Promise<FileSource | undefined> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined || (!found.isFile() && !found.isSymbolicLink())) return undefined;
  const source = await access(path, constants.R_OK)
    .then(() => fileSource(path))
    .catch(() => undefined);
  return source !== undefined && isFileSource(source) ? source : undefined;
}

/** What lies in a folder, as paths; nothing where it can't be read. Hidden files are no logs. */
async function entriesOf(folder: string): Promise<{ files: string[]; folders: string[] }> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const shown = entries.filter(({ name }) => !name.startsWith('.'));
  return {
    files: shown.filter((entry) => entry.isFile()).map(({ name }) => join(folder, name)),
    folders: shown.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name)),
  };
}
