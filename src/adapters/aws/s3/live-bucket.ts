import { GetBucketEncryptionCommand, GetPublicAccessBlockCommand } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import type { BucketEncryption } from '../../../ports/aws/bucket-admin.ts';
import type { LiveBucket } from '../../../ports/aws/iam-admin.ts';
import { fromAwsError } from '../errors/aws-errors.ts';
import { readBucketPolicy } from './bucket-policy.ts';

const nameOf = (error: unknown): string => (error as { name?: string }).name ?? '';

/** The bucket's own policy, whether the public is kept out whatever it says, and how it encrypts; a reason where the policy may not be seen. `plainHttp`: see `watchTransport`. */
export async function readLiveBucket(
  client: S3Client,
  bucket: string,
  plainHttp: () => string | undefined,
): Promise<{ bucket: LiveBucket; unseen?: string }> {
  const { unseen, ...policy } = await policyOf(client, bucket);
  const encryption = await encryptionOf(client, bucket);
  const plain = plainHttp();
  return {
    bucket: {
      ...policy,
      ...(encryption === undefined ? {} : { encryption }),
      ...(plain === undefined ? {} : { plainHttp: plain }),
    },
    ...(unseen === undefined ? {} : { unseen }),
  };
}

async function policyOf(
  client: S3Client,
  bucket: string,
): Promise<Pick<LiveBucket, 'policy' | 'publicAccessBlocked'> & { unseen?: string }> {
  try {
    const { policy } = await readBucketPolicy(client, bucket);
    return { policy, publicAccessBlocked: policy !== undefined && (await isBlocked(client, bucket)) };
  } catch (error) {
    const nothing = { policy: undefined, publicAccessBlocked: false };
    // Where there is no bucket yet, nothing stands in the way.
    if (['NoSuchBucket', 'NotFound'].includes(nameOf(error))) return nothing;
    const { message } = fromAwsError(error, { action: 's3:GetBucketPolicy', target: `s3://${bucket}` });
    return { ...nothing, unseen: message.replace(/\.$/, '') };
  }
}

async function isBlocked(client: S3Client, bucket: string): Promise<boolean> {
  try {
    const { PublicAccessBlockConfiguration: block = {} } = await client.send(
      new GetPublicAccessBlockCommand({ Bucket: bucket }),
    );
    return block.RestrictPublicBuckets === true;
  } catch {
    return false;
  }
}

/** Undefined where it may not be seen. A bucket that says nothing encrypts with the keys of S3 itself. */
async function encryptionOf(client: S3Client, bucket: string): Promise<BucketEncryption | undefined> {
  const usual = { algorithm: 'AES256' };
  try {
    return (await readEncryption(client, bucket)) ?? usual;
  } catch (error) {
    return nameOf(error) === 'ServerSideEncryptionConfigurationNotFoundError' ? usual : undefined;
  }
}

/** How the bucket encrypts what does not say how. Throws what the SDK throws. */
export async function readEncryption(
  client: S3Client,
  bucket: string,
): Promise<BucketEncryption | undefined> {
  const { ServerSideEncryptionConfiguration: found } = await client.send(
    new GetBucketEncryptionCommand({ Bucket: bucket }),
  );
  const rule = found?.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
  if (rule?.SSEAlgorithm === undefined) return undefined;
  return {
    algorithm: rule.SSEAlgorithm,
    ...(rule.KMSMasterKeyID === undefined ? {} : { kmsKey: rule.KMSMasterKeyID }),
  };
}
