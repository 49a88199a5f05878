import type { ChosenProfile } from '../core/config/parse-config.ts';
import type { CliProcess } from './terminal/terminal-context.ts';

/** Reads the configuration file, if there is one, and chooses the profile. */
export async function loadProfile(
  { profile, config }: { profile: string | undefined; config: string | undefined },
  { environment, workingFolder }: CliProcess,
): Promise<{ profile: ChosenProfile | undefined; configFile: string | undefined }> {
  const { configPlaces, readConfigFile } = await import('../adapters/fs/records/config-file.ts');
  const found = await readConfigFile(config, environment, workingFolder);
  if (found === undefined && profile === undefined) return { profile: undefined, configFile: undefined };
  const { chooseProfile, parseConfig } = await import('../core/config/parse-config.ts');
  if (found === undefined)
    return {
      profile: chooseProfile(configPlaces(environment, workingFolder).join(' or '), undefined, profile),
      configFile: undefined,
    };
  const configFile = originalOf(found.file, environment);
  return { profile: chooseProfile(configFile, parseConfig(found.file, found.text), profile), configFile };
}

/**
 * systemd hands a service a copy of the configuration (systemd.exec(5), LoadCredential=): its state is that of the file
 * which it is a copy of.
 */
export function originalOf(file: string, environment: CliProcess['environment']): string {
  const { CREDENTIALS_DIRECTORY: copies = '', AUDIT_EXPORT_CONFIG: original = '' } = environment;
  return copies !== '' && original !== '' && file.startsWith(`${copies}/`) ? original : file;
}
