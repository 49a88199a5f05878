import type { ChosenProfile } from '../core/config/parse-config.ts';
import type { CliProcess } from './terminal-context.ts';

/** Reads the configuration file, if there is one, and chooses the profile. */
export async function loadProfile(
  { profile, config }: { profile: string | undefined; config: string | undefined },
  { environment, workingFolder }: CliProcess,
): Promise<{ profile: ChosenProfile | undefined; configFile: string | undefined }> {
  const { readConfigFile } = await import('../adapters/fs/config-file.ts');
  const found = await readConfigFile(config, environment, workingFolder);
  if (found === undefined && profile === undefined) return { profile: undefined, configFile: undefined };
  const { chooseProfile, parseConfig } = await import('../core/config/parse-config.ts');
  const parsed = found === undefined ? undefined : parseConfig(found.file, found.text);
  return { profile: chooseProfile(found?.file, parsed, profile), configFile: found?.file };
}
