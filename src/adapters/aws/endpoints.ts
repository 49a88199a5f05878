import { AuditExportError } from '../../errors.ts';
import type { AwsProfile, Environment } from './credentials/aws-profile.ts';

/** The services of AWS that are asked, by the names of their variables; their settings in a profile are named alike. */
const services = ['S3', 'STS', 'IAM', 'SQS', 'KMS', 'ATHENA', 'GLUE', 'SNS', 'EVENTBRIDGE'] as const;
export type Service = (typeof services)[number];

interface Named {
  url: string;
  /** Where it was said. */
  place: string;
}

/**
 * The endpoint that is set for a service, from the strongest to the weakest: AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL,
 * the section of the AWS profile's `services`, its `endpoint_url` ("Service-specific endpoints", AWS SDKs and Tools
 * Reference Guide). Undefined: AWS's own. Throws `usage` for what is no URL, be it that of another service.
 */
export function configuredEndpoint(
  service: Service,
  environment: Environment,
  profile: AwsProfile,
): string | undefined {
  if (ignored(environment, profile)) return undefined;
  for (const each of services) {
    const named = namedFor(each, environment, profile);
    if (named !== undefined) checkEndpoint(named.url, named.place);
  }
  return namedFor(service, environment, profile)?.url;
}

/** Throws `usage` for what is no URL of a server. What it holds is not repeated where it may hold a password. */
export function checkEndpoint(url: string, place: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isUrl = parsed !== undefined && /^https?:$/.test(parsed.protocol) && parsed.hostname !== '';
  if (isUrl && parsed.username === '' && parsed.password === '') return;
  const shown = url.includes('@') ? 'what it holds' : JSON.stringify(url);
  throw new AuditExportError('usage', `${place}: ${shown} is no endpoint.`, {
    cure: 'Write it as https://HOST or http://HOST:PORT.',
  });
}

function namedFor(service: Service, environment: Environment, profile: AwsProfile): Named | undefined {
  const { name, settings, services } = profile;
  const inServices = `${service.toLowerCase()}.endpoint_url`;
  const places: readonly [string | undefined, string][] = [
    [environment[`AWS_ENDPOINT_URL_${service}`], `AWS_ENDPOINT_URL_${service}`],
    [environment['AWS_ENDPOINT_URL'], 'AWS_ENDPOINT_URL'],
    [services[inServices], `${inServices} of the services of the AWS profile ${name}`],
    [settings?.['endpoint_url'], `endpoint_url of the AWS profile ${name}`],
  ];
  for (const [url, place] of places) if (url !== undefined && url !== '') return { url, place };
  return undefined;
}

function ignored(environment: Environment, { settings }: AwsProfile): boolean {
  const said =
    environment['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] || settings?.['ignore_configured_endpoint_urls'];
  return said?.toLowerCase() === 'true';
}
