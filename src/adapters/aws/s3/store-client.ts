import { S3Client } from '@aws-sdk/client-s3';
import { checkAnswers } from '../answers.ts';
import { assumedRole } from '../credentials/assumed-role.ts';
import type { AwsSettings } from '../aws-settings.ts';
import type { ClientWish } from '../client-config.ts';
import { clientConfig, s3ClientConfig } from '../client-config.ts';

/** Tries that a request of an access test gets, unless AWS_MAX_ATTEMPTS says otherwise; delivery tries again by itself. */
const testAttempts = 6;

/** The client that delivers; nothing is asked or assumed before its first request. */
export async function buildStoreClient(
  { region, endpointUrl, pathStyle, role }: AwsSettings,
  environment: NodeJS.ProcessEnv,
  { attempts = testAttempts, silenceMs }: Pick<ClientWish, 'attempts' | 'silenceMs'> = {},
): Promise<S3Client> {
  const wish = { region, endpointUrl, pathStyle, attempts, silenceMs };
  const config = await s3ClientConfig(wish, environment);
  const credentials =
    role === undefined
      ? {}
      : {
          credentials: assumedRole(
            role,
            await clientConfig('STS', { region, attempts, silenceMs }, environment),
          ),
        };
  return checkAnswers(new S3Client({ ...config, ...credentials }), 'S3');
}
