import { GetBucketPolicyCommand } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';

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
