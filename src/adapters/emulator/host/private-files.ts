import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Files that only this user can read, in a folder of their own. */
export interface PrivateFiles {
  readonly paths: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

/** Writes the files, by name, into a fresh folder (mode 0700, files 0600). */
export async function writePrivateFiles(files: Readonly<Record<string, string>>): Promise<PrivateFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'audit-export-rehearsal-'));
  const paths: Record<string, string> = {};
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    await writeFile(path, text, { mode: 0o600, flag: 'wx' });
    paths[name] = path;
  }
  return {
    paths,
    remove: async () => {
      await rm(folder, { recursive: true, force: true });
    },
  };
}
