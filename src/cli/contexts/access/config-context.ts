import { configPlaces } from '../../../adapters/fs/records/config-file.ts';
import { openConfigStore } from '../../../adapters/fs/records/config-store.ts';
import type { SetHost } from '../../../commands/config/set.ts';
import { loadAuditTypes } from '../../../core/audit-types/load-audit-types.ts';
import type { ConfigStore } from '../../../ports/state/config-store.ts';
import { readOwnType } from '../../context.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';

/** Hands `config set` the real world. */
export async function buildSetHost(context: CliContext, file: string | undefined): Promise<SetHost> {
  return {
    config: await openConfig(context, file),
    knownTypes: async (schemas) => {
      const types = await loadAuditTypes(await Promise.all(schemas.map(readOwnType)));
      return types.map(({ descriptor }) => descriptor.type);
    },
  };
}

/** The configuration in use. */
export async function openConfig(
  { environment, workingFolder }: CliContext,
  file: string | undefined,
): Promise<ConfigStore> {
  return openConfigStore(file, environment, workingFolder);
}

/** Where a configuration is looked for; a file that was named is the only place. */
export function placesOf({ environment, workingFolder }: CliContext, file: string | undefined): string[] {
  return file === undefined ? configPlaces(environment, workingFolder) : [file];
}
