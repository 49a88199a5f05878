import { AuditExportError } from '../../../errors.ts';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { AssumeRoleCommandOutput, STSClientConfig } from '@aws-sdk/client-sts';
import { sessionName } from '../../../core/setup/delivery/delivery.ts';
import { checkAnswers } from '../answers.ts';
import { fromAwsError } from '../errors/aws-errors.ts';

/** What the SDK takes as credentials; asked again for new ones some minutes before these expire. */
type CredentialsProvider = (options?: { forceRefresh?: boolean }) => Promise<{
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  expiration: Date;
}>;

const sessionSeconds = 3600;

/**
 * Credentials of a role, assumed with its external id. The SDK calls the provider again before they expire, so a run may
 * be longer than a session; `forceRefresh` looks for the credentials that assume it anew as well. Throws what the assuming
 * failed with, in our words.
 */
export function assumedRole(
  role: { arn: string; externalId: string | undefined },
  config: STSClientConfig,
): CredentialsProvider {
  const client = checkAnswers(new STSClient(config), 'STS');
  return async (options) => {
    const command = new AssumeRoleCommand({
      RoleArn: role.arn,
      RoleSessionName: sessionName,
      DurationSeconds: sessionSeconds,
      ...(role.externalId === undefined ? {} : { ExternalId: role.externalId }),
    });
    const assume = async (): Promise<AssumeRoleCommandOutput> => {
      if (options?.forceRefresh === true) await client.config.credentials({ forceRefresh: true });
      return client.send(command);
    };
    const { Credentials } = await assume().catch((error: unknown) => {
      throw fromAwsError(error, { action: 'sts:AssumeRole', target: role.arn });
    });
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
    if (!AccessKeyId || !SecretAccessKey || !SessionToken || Expiration === undefined)
      throw new AuditExportError(
        'unreachable',
        `sts:AssumeRole on ${role.arn} failed: the answer holds no credentials.`,
        { cure: 'Check AWS_ENDPOINT_URL_STS, HTTPS_PROXY and what may answer in the place of STS.' },
      );
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      expiration: Expiration,
    };
  };
}
