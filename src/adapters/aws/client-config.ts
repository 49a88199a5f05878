import { environmentRegion, readAwsProfile, readCaBundle } from './credentials/aws-profile.ts';
import type { AwsProfile, Environment } from './credentials/aws-profile.ts';
import { credentialChain } from './credentials/credential-chain.ts';
import { checkEndpoint, configuredEndpoint } from './endpoints.ts';
import type { Service } from './endpoints.ts';
import { RoutedHandler } from './request-handler.ts';

/** What one client wants that others do not. */
export interface ClientWish {
  /** Undefined: that of the environment, or of the AWS profile. */
  region?: string | undefined;
  /** What --endpoint-url says: it is about S3 alone. */
  endpointUrl?: string | undefined;
  /** Where the requests go if nothing else is said: the host of a queue's URL. */
  usualEndpoint?: string | undefined;
  /** Tries that the SDK makes where AWS_MAX_ATTEMPTS says nothing; `once` is one, whatever it says. */
  attempts?: number | 'once';
  /** A connection that is silent for so many milliseconds counts as failed. */
  silenceMs?: number | undefined;
}

/** The settings of a client, as all clients of the SDK take them. */
export interface ClientConfig {
  requestHandler: RoutedHandler;
  credentialDefaultProvider: ReturnType<typeof credentialChain>;
  /** Read by the credential chain. */
  ignoreCache: boolean;
  region?: string;
  endpoint?: string;
  maxAttempts?: number;
}

/**
 * The one place where clients of the SDK get their settings: region, endpoint of the service, the way to the host (proxy,
 * certificates), tries, and the credential chain, whose own requests go the same way. Throws `usage` for an endpoint that is
 * no URL, and `config-invalid` for certificates that can't be read.
 */
export async function clientConfig(
  service: Service,
  wish: ClientWish,
  environment: Environment,
): Promise<ClientConfig> {
  const profile = await readAwsProfile(environment);
  const ca = await readCaBundle(environment, profile);
  const endpoint = endpointFor(service, wish, { environment, profile });
  const region = wish.region ?? environmentRegion(environment) ?? profile.settings?.['region'];
  const maxAttempts = attemptsOf(wish.attempts, environment);
  return {
    requestHandler: new RoutedHandler(ca, wish.silenceMs),
    credentialDefaultProvider: credentialChain(() => new RoutedHandler(ca), profile, environment),
    // Whoever asks for credentials again wants to know what the files hold now.
    ignoreCache: true,
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(maxAttempts === undefined ? {} : { maxAttempts }),
  };
}

/** The same for S3, where a server of one's own gets the bucket in the path. */
export async function s3ClientConfig(
  { pathStyle, ...wish }: ClientWish & { pathStyle: boolean | undefined },
  environment: Environment,
): Promise<ClientConfig & { forcePathStyle: boolean; expectContinueHeader: boolean }> {
  const config = await clientConfig('S3', wish, environment);
  return {
    ...config,
    forcePathStyle: pathStyle ?? config.endpoint !== undefined,
    // With agents of our own the body is not held back for it: all it can do is to meet a gateway that does not know it.
    expectContinueHeader: false,
  };
}

function endpointFor(
  service: Service,
  { endpointUrl, usualEndpoint }: ClientWish,
  { environment, profile }: { environment: Environment; profile: AwsProfile },
): string | undefined {
  const configured = configuredEndpoint(service, environment, profile) ?? usualEndpoint;
  if (service !== 'S3' || endpointUrl === undefined) return configured;
  checkEndpoint(endpointUrl, '--endpoint-url');
  return endpointUrl;
}

/** Undefined where the environment says what is no number: the SDK reads that itself, and refuses it. */
function attemptsOf(attempts: ClientWish['attempts'], environment: Environment): number | undefined {
  if (attempts === 'once') return 1;
  const said = environment['AWS_MAX_ATTEMPTS'] ?? '';
  if (said === '') return attempts;
  return /^\d+$/.test(said) ? Number(said) : undefined;
}
