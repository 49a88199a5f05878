import { S3Client } from '@aws-sdk/client-s3';
import { assumedRole } from './assumed-role.ts';
import type { AwsSettings, S3WriteSettings } from './aws-settings.ts';
import { buildRequestAgents } from './request-handler.ts';

/** Tries that a request of an access test gets, unless AWS_MAX_ATTEMPTS says otherwise; delivery tries again by itself. */
const testAttempts = 6;

/** What a client has of its own. */
export interface ClientSettings {
  /** Tries that the SDK makes. */
  maxAttempts?: number | undefined;
  /** A connection that is silent for so many milliseconds counts as failed. */
  silenceMs?: number | undefined;
}

/** The client that delivers; nothing is asked or assumed before its first request. */
export async function buildStoreClient(
  { region, endpointUrl, pathStyle, role }: AwsSettings,
  { bucket }: Pick<S3WriteSettings, 'bucket'>,
  environment: NodeJS.ProcessEnv,
  { maxAttempts = attemptsOf(environment), silenceMs }: ClientSettings = {},
): Promise<S3Client> {
  const endpoint = endpointUrl ?? environment['AWS_ENDPOINT_URL_S3'] ?? environment['AWS_ENDPOINT_URL'];
  const url = endpoint ?? `https://${bucket}.s3.amazonaws.com`;
  const config = {
    requestHandler: await buildRequestAgents(url, environment, silenceMs),
    // Whoever asks for credentials again wants to know what the files hold now.
    ignoreCache: true,
    ...given({
      maxAttempts,
      region: region ?? environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'],
      endpoint: endpointUrl,
    }),
  };
  return new S3Client({
    ...config,
    forcePathStyle: pathStyle ?? endpoint !== undefined,
    ...given({ credentials: role === undefined ? undefined : assumedRole(role, config) }),
  });
}

/** Undefined where the environment says it, and the SDK reads that itself. */
function attemptsOf(environment: NodeJS.ProcessEnv): number | undefined {
  return environment['AWS_MAX_ATTEMPTS'] === undefined ? testAttempts : undefined;
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The members that are there: the SDK takes an undefined one for a setting. */
function given<T extends object>(members: T): Given<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Given<T>;
}
