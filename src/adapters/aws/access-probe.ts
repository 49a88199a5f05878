import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { AccessProbe } from '../../ports/access-probe.ts';
import type { TestedAccess } from '../../ports/access-test.ts';
import type { FinishedObject } from '../../ports/object-store.ts';
import { fromAwsError } from './aws-errors.ts';
import { buildRequestAgents } from './request-handler.ts';
import { openS3Store } from './s3-store.ts';

/** The tool's own names begin with `_`: readers of the bucket skip them. */
const probeName = '_audit-export/access-test/probe';
const probeText = 'Written by the access test of audit-export. It may be deleted.\n';

/** How AWS is reached, and with which settings `push` will write. */
export interface ProbeSettings {
  endpointUrl: string | undefined;
  pathStyle: boolean | undefined;
  kmsKeyId: string | undefined;
  storageClass: string | undefined;
  tags: Readonly<Record<string, string>> | undefined;
}

/** Tries the steps of the delivery with the credentials of the SDK's default chain. */
export async function openAccessProbe(
  { roleArn, externalId, bucket, region, prefix, bucketOwner }: TestedAccess,
  settings: ProbeSettings,
  environment: NodeJS.ProcessEnv,
): Promise<AccessProbe> {
  const { endpointUrl, pathStyle, kmsKeyId, storageClass, tags } = settings;
  const endpoint = endpointUrl ?? environment['AWS_ENDPOINT_URL'];
  const common = {
    region,
    requestHandler: await buildRequestAgents(endpoint ?? `https://sts.${region}.amazonaws.com`, environment),
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
  };
  const iam = new IAMClient(common);
  const sts = new STSClient(common);
  const key = prefix === '' ? probeName : `${prefix}/${probeName}`;
  const probe: FinishedObject = { key, body: Buffer.from(probeText), contentType: 'text/plain' };
  return {
    findRole: () => findRole(iam, roleArn),
    assumeRole: (named) => assumeRole(sts, roleArn, named),
    putProbe: async () => {
      const store = await openS3Store(
        { region, endpointUrl, pathStyle, role: { arn: roleArn, externalId } },
        { bucket, prefix, bucketOwner, storageClass, kmsKeyId, tags },
        environment,
      );
      try {
        return { status: await store.put(probe), url: `s3://${bucket}/${key}` };
      } finally {
        await store.close();
      }
    },
    close: async () => {
      iam.destroy();
      sts.destroy();
    },
  };
}

async function findRole(iam: IAMClient, arn: string): Promise<'there' | 'missing' | 'hidden'> {
  try {
    await iam.send(new GetRoleCommand({ RoleName: arn.slice(arn.lastIndexOf('/') + 1) }));
    return 'there';
  } catch (error) {
    const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
    // Servers other than AWS may send no name.
    const status = $metadata?.httpStatusCode;
    if (name === 'NoSuchEntityException' || name === 'NoSuchEntity' || status === 404) return 'missing';
    if (status === 403) return 'hidden';
    throw fromAwsError(error, { action: 'iam:GetRole', target: arn });
  }
}

async function assumeRole(sts: STSClient, arn: string, externalId: string | undefined): Promise<void> {
  try {
    await sts.send(
      new AssumeRoleCommand({
        RoleArn: arn,
        RoleSessionName: 'audit-export-access-test',
        DurationSeconds: 900,
        ...(externalId === undefined ? {} : { ExternalId: externalId }),
      }),
    );
  } catch (error) {
    throw fromAwsError(error, { action: 'sts:AssumeRole', target: arn });
  }
}
