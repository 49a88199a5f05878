import { GetBucketPolicyCommand, GetPublicAccessBlockCommand } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import type { LiveBucket } from '../../../ports/aws/iam-admin.ts';
import { fromAwsError } from '../errors/aws-errors.ts';

const nameOf = (error: unknown): string => (error as { name?: string }).name ?? '';

/** The JSON of the bucket policy; undefined where there is none. Throws what the SDK throws. */
export async function readBucketPolicy(
  client: S3Client,
  bucket: string,
): Promise<{ policy: string | undefined; $metadata?: { requestId?: string | undefined } }> {
  try {
    const { Policy, $metadata } = await client.send(new GetBucketPolicyCommand({ Bucket: bucket }));
    return { policy: Policy === '' ? undefined : Policy, $metadata };
  } catch (error) {
    if (nameOf(error) !== 'NoSuchBucketPolicy') throw error;
    return { policy: undefined };
  }
}

/** The bucket's own policy, and whether the public is kept out whatever it says; a reason where that may not be seen. `plainHttp`: see `watchTransport`. */
export async function readLiveBucket(
  client: S3Client,
  bucket: string,
  plainHttp: () => string | undefined,
): Promise<{ bucket: LiveBucket } | { unseen: string }> {
  try {
    const { policy } = await readBucketPolicy(client, bucket);
    const publicAccessBlocked = policy !== undefined && (await isBlocked(client, bucket));
    const plain = plainHttp();
    return { bucket: { policy, publicAccessBlocked, ...(plain === undefined ? {} : { plainHttp: plain }) } };
  } catch (error) {
    // Where there is no bucket yet, nothing stands in the way.
    if (['NoSuchBucket', 'NotFound'].includes(nameOf(error)))
      return { bucket: { policy: undefined, publicAccessBlocked: false } };
    const { message } = fromAwsError(error, { action: 's3:GetBucketPolicy', target: `s3://${bucket}` });
    return { unseen: message.replace(/\.$/, '') };
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
