import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONFIG_PREFIX_SEPARATOR, loadSharedConfigFiles } from '@smithy/core/config';
import { AuditExportError } from '../../../errors.ts';
import { homeFolder } from '../../fs/home-folder.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The profile of AWS's own configuration that is in use. */
export interface AwsProfile {
  name: string;
  /** Whether AWS_PROFILE names it. */
  named: boolean;
  /** Its settings in both files; undefined where neither has it. */
  settings: Readonly<Record<string, string | undefined>> | undefined;
  /** The SSO session that it names, and that is not in the file. */
  missingSession: string | undefined;
  /** The section that its `services` names. */
  services: Readonly<Record<string, string | undefined>>;
  /** The names of all that there are. */
  others: readonly string[];
}

/** Reads it as the SDK does: ~/.aws/config and ~/.aws/credentials, or where AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE say. */
export async function readAwsProfile(environment: Environment): Promise<AwsProfile> {
  const { configFile, credentialsFile } = await loadSharedConfigFiles({
    ignoreCache: true,
    ...sharedFiles(environment),
  });
  const name = environment['AWS_PROFILE'] || 'default';
  const inConfig = configFile[name];
  const inCredentials = credentialsFile[name];
  const session = inConfig?.['sso_session'];
  const services = ['services', inConfig?.['services'] ?? ''].join(CONFIG_PREFIX_SEPARATOR);
  return {
    name,
    named: (environment['AWS_PROFILE'] ?? '') !== '',
    settings:
      inConfig === undefined && inCredentials === undefined ? undefined : { ...inConfig, ...inCredentials },
    missingSession:
      session === undefined || ['sso-session', session].join(CONFIG_PREFIX_SEPARATOR) in configFile
        ? undefined
        : session,
    services: configFile[services] ?? {},
    others: [...new Set([...Object.keys(configFile), ...Object.keys(credentialsFile)])].filter(
      (other) => !/^(?:sso-session|services)\./.test(other),
    ),
  };
}

/** The region that the environment names, or the AWS profile; undefined where neither does. */
export async function findRegion(environment: Environment): Promise<string | undefined> {
  return environmentRegion(environment) ?? (await readAwsProfile(environment)).settings?.['region'];
}

export function environmentRegion(environment: Environment): string | undefined {
  return environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'] || undefined;
}

/** The certificates that AWS_CA_BUNDLE names, or `ca_bundle` of the profile. Throws `config-invalid`. */
export async function readCaBundle(
  environment: Environment,
  profile: AwsProfile,
): Promise<string | undefined> {
  const fromProfile = profile.settings?.['ca_bundle'];
  const path = environment['AWS_CA_BUNDLE'] || fromProfile;
  if (path === undefined || path === '') return undefined;
  const place = environment['AWS_CA_BUNDLE']
    ? 'AWS_CA_BUNDLE'
    : `ca_bundle of the AWS profile ${profile.name}`;
  const full = path.startsWith('~/') ? join(homeFolder(environment) ?? '', path.slice(2)) : path;
  return readFile(full, 'utf8').catch((error: unknown) => {
    throw new AuditExportError(
      'config-invalid',
      `The certificates that ${place} names can't be read: ${(error as Error).message}.`,
      { cure: `Correct the path in ${place}, or unset it.`, cause: error },
    );
  });
}

/** Where both files of AWS's own configuration lie, as the SDK's loaders take it ("Shared config and credentials files"). */
export function sharedFiles(environment: Environment): { configFilepath?: string; filepath?: string } {
  const home = homeFolder(environment);
  const below = (name: string): string | undefined =>
    home === undefined ? undefined : join(home, '.aws', name);
  const configFilepath = environment['AWS_CONFIG_FILE'] || below('config');
  const filepath = environment['AWS_SHARED_CREDENTIALS_FILE'] || below('credentials');
  return {
    ...(configFilepath === undefined ? {} : { configFilepath }),
    ...(filepath === undefined ? {} : { filepath }),
  };
}
