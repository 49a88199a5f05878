import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A configuration without profiles and an empty state, for commands in a rehearsal: in the folder that keeps the rehearsal,
 * where what is there stays, else in one that is removed with it.
 */
export async function settingsPlace(
  dataDir: string | undefined,
): Promise<{ configFile: string; stateHome: string; remove: () => Promise<void> }> {
  const folder =
    dataDir === undefined
      ? await mkdtemp(join(tmpdir(), 'audit-export-settings-'))
      : join(dataDir, 'settings');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const configFile = join(folder, 'audit-export.json');
  await writeFile(configFile, '{ "profiles": {} }\n', { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  return {
    configFile,
    stateHome: join(folder, 'state'),
    remove: async () => {
      if (dataDir === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}
