import { quoted } from '../../core/language/shell-word.ts';
import type { Emulator, EmulatorAccess } from '../../ports/aws/emulator.ts';
import type { EnvironmentChange } from './rehearse-host.ts';

/** The files that AWS tools read their profiles from. */
export interface ProfileFiles {
  readonly config: string;
  readonly credentials: string;
}

/** Settings of a user's shell that would lead past the profiles, to AWS itself. */
const overriding = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_ROLE_ARN',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_S3',
  'AWS_ENDPOINT_URL_STS',
  'AWS_ENDPOINT_URL_IAM',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
  'AUDIT_EXPORT_PROFILE',
] as const;

/** The profiles `customer` (also the default) and `vendor`, each with its region and endpoint. */
export function profileFiles(emulator: Emulator): ProfileFiles {
  const profiles: readonly (readonly [string, EmulatorAccess])[] = [
    ['default', emulator.customer],
    ['customer', emulator.customer],
    ['vendor', emulator.vendor],
  ];
  const config = profiles.map(([name]) =>
    [
      name === 'default' ? '[default]' : `[profile ${name}]`,
      `region = ${emulator.region}`,
      `endpoint_url = ${emulator.url}`,
      's3 =',
      '  addressing_style = path',
    ].join('\n'),
  );
  const credentials = profiles.map(([name, access]) =>
    [
      `[${name}]`,
      `aws_access_key_id = ${access.accessKeyId}`,
      `aws_secret_access_key = ${access.secretAccessKey}`,
    ].join('\n'),
  );
  return { config: `${config.join('\n\n')}\n`, credentials: `${credentials.join('\n\n')}\n` };
}

/** Configuration and state of a rehearsal: what is tried there must not change what is used elsewhere. */
export interface SettingsPlace {
  readonly configFile: string;
  readonly stateHome: string;
}

/** The environment in which `aws`, the SDKs and `audit-export` meet the rehearsal. */
export function rehearsalEnvironment(
  paths: { config: string; credentials: string },
  settings?: SettingsPlace,
): EnvironmentChange {
  return {
    set: {
      AWS_CONFIG_FILE: paths.config,
      AWS_SHARED_CREDENTIALS_FILE: paths.credentials,
      // No question to the metadata service of a cloud machine, whose credentials would be real.
      AWS_EC2_METADATA_DISABLED: 'true',
      // The endpoint is loopback: no proxy can reach it.
      NO_PROXY: '127.0.0.1,localhost',
      no_proxy: '127.0.0.1,localhost',
      ...(settings === undefined
        ? {}
        : { AUDIT_EXPORT_CONFIG: settings.configFile, XDG_STATE_HOME: settings.stateHome }),
    },
    unset: overriding,
  };
}

/** The change as lines for a POSIX shell, for `eval` or `source`. */
export function toShell({ set, unset }: EnvironmentChange): string {
  const exports = Object.entries(set).map(([name, value]) => `export ${name}=${quoted(value)}`);
  return [`unset ${unset.join(' ')}`, ...exports].join('\n');
}
