import { IAMClient } from '@aws-sdk/client-iam';
import { GetBucketLifecycleConfigurationCommand, S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import type { AccessProber, BucketProber, LifecycleRule } from '../../../ports/aws/access-prober.ts';
import { tried } from './access-answers.ts';
import { checkAnswers } from '../answers.ts';
import { identityProber } from './access-identity.ts';
import { storeProber } from './access-store.ts';
import type { AwsSettings, S3WriteSettings } from '../aws-settings.ts';
import { openBucketAdmin } from '../s3/bucket-admin.ts';
import { readBucketPolicy } from '../s3/bucket-policy.ts';
import { clientConfig, s3ClientConfig } from '../client-config.ts';
import { buildStoreClient } from '../s3/store-client.ts';

/** Nobody should wait long for a probe that fails. */
const maxAttempts = 3;

/** What is probed: the settings that `push` has, and the key of the probe. */
export interface ProberSettings {
  aws: AwsSettings;
  write: S3WriteSettings;
  key: string;
}

/**
 * Connects everything that an access test asks. No request is made, and credentials are looked for only by the first
 * probe that needs them. Throws `config-invalid` for certificates that can't be read.
 */
export async function openAccessProber(
  { aws, write, key }: ProberSettings,
  environment: NodeJS.ProcessEnv,
): Promise<AccessProber> {
  const clients = await buildClients(aws, environment);
  const store = await buildStoreClient(aws, environment);
  return {
    identity: identityProber(clients, aws.role),
    bucket: await bucketProber(clients.s3, { aws, write }, environment),
    store: storeProber(store, write, key),
    close: async () => {
      for (const client of [clients.sts, clients.iam, clients.s3, store]) client.destroy();
    },
  };
}

interface Clients {
  sts: STSClient;
  iam: IAMClient;
  s3: S3Client;
}

/** Clients with the credentials at hand, without the role. */
async function buildClients(
  { region, endpointUrl, pathStyle }: AwsSettings,
  environment: NodeJS.ProcessEnv,
): Promise<Clients> {
  const inRegion = { region: region ?? 'us-east-1', attempts: maxAttempts };
  const sts = new STSClient(await clientConfig('STS', inRegion, environment));
  const iam = new IAMClient(await clientConfig('IAM', inRegion, environment));
  const s3 = new S3Client(await s3ClientConfig({ ...inRegion, endpointUrl, pathStyle }, environment));
  return {
    sts: checkAnswers(sts, 'STS'),
    iam: checkAnswers(iam, 'IAM'),
    s3: checkAnswers(s3, 'S3'),
  };
}

async function bucketProber(
  s3: S3Client,
  { aws, write }: Pick<ProberSettings, 'aws' | 'write'>,
  environment: NodeJS.ProcessEnv,
): Promise<BucketProber> {
  const { bucket } = write;
  const admin = await openBucketAdmin(aws, environment);
  return {
    look: (owner) =>
      tried({ action: 's3:ListBucket', target: `s3://${bucket}` }, async () => ({
        look: await admin.look(bucket, aws.region ?? 'us-east-1', owner),
      })),
    lifecycle: () =>
      tried({ action: 's3:GetLifecycleConfiguration', target: `s3://${bucket}` }, async () => {
        try {
          const { Rules = [], $metadata } = await s3.send(
            new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }),
          );
          const rules: readonly LifecycleRule[] = Rules;
          return { rules, $metadata };
        } catch (error) {
          if ((error as { name?: string }).name !== 'NoSuchLifecycleConfiguration') throw error;
          return { rules: [] };
        }
      }),
    policy: () =>
      tried({ action: 's3:GetBucketPolicy', target: `s3://${bucket}` }, () => readBucketPolicy(s3, bucket)),
  };
}
