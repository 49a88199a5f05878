import {
  CreateBucketCommand,
  GetBucketPolicyCommand,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import type { BucketLocationConstraint, S3Client } from '@aws-sdk/client-s3';
import { AuditExportError } from '../../../errors.ts';
import type { NewBucket } from '../../../ports/aws/bucket-admin.ts';
import { UnexpectedAnswer } from '../answers.ts';
import { fromAwsError } from '../errors/aws-errors.ts';
import { watchTransport } from '../plain-transport.ts';

interface ServiceError {
  name?: string;
  $metadata?: { httpStatusCode?: number };
}

/**
 * Makes a bucket that only its owner can reach, by TLS; again for the same bucket it does what is left to do. Throws what a
 * step was refused with, saying which were done. Source: Amazon S3 User Guide, "Security best practices for Amazon S3".
 */
export async function createBucket(
  client: S3Client,
  { bucket, region, partition, kmsKeyArn }: NewBucket,
): Promise<void> {
  const plainHttp = watchTransport(client);
  const target = `s3://${bucket}`;
  const steps: { action: string; does: string; run: () => Promise<unknown> }[] = [
    { action: 's3:CreateBucket', does: 'the bucket was made', run: () => makeBucket(client, bucket, region) },
    {
      action: 's3:PutBucketPublicAccessBlock',
      does: 'public access was blocked',
      run: () =>
        client.send(
          new PutPublicAccessBlockCommand({ Bucket: bucket, PublicAccessBlockConfiguration: allBlocked }),
        ),
    },
    // With keys of its own S3 encrypts everything since January 2023, and other servers may not know how to be told so.
    ...(kmsKeyArn === undefined
      ? []
      : [
          {
            action: 's3:PutEncryptionConfiguration',
            does: 'encryption was turned on',
            run: () => client.send(encryptionCommand(bucket, kmsKeyArn)),
          },
        ]),
    {
      action: 's3:PutBucketPolicy',
      does: 'TLS was made a must',
      // Where there is no TLS it would keep everybody out.
      run: async () => (plainHttp() === undefined ? demandTls(client, bucket, partition) : undefined),
    },
  ];
  const done: string[] = [];
  for (const { action, does, run } of steps) {
    try {
      await run();
      done.push(does);
    } catch (error) {
      throw halfMade(fromAwsError(error, { action, target }), action, done);
    }
  }
}

const allBlocked = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

function halfMade(error: AuditExportError, action: string, done: readonly string[]): AuditExportError {
  const before = done.length === 0 ? 'Nothing was made.' : `Before that ${done.join(', ')}.`;
  const denied =
    error.code === 'access-denied'
      ? `Allow ${action} for these credentials, then run it again`
      : 'Run it again';
  return new AuditExportError(error.code, `${error.message} ${before}`, {
    cure: done.length === 0 ? (error.cure ?? 'Run it again.') : `${denied}: it goes on where it stopped.`,
    details: error.details,
    cause: error.cause,
  });
}

async function makeBucket(client: S3Client, bucket: string, region: string): Promise<void> {
  try {
    await client.send(
      new CreateBucketCommand({
        Bucket: bucket,
        ObjectOwnership: 'BucketOwnerEnforced',
        // us-east-1 is the one region that may not be named (Amazon S3 API Reference, "CreateBucket").
        ...(region === 'us-east-1'
          ? {}
          : { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } }),
      }),
    );
  } catch (error) {
    const { name } = error as ServiceError;
    if (name === 'BucketAlreadyOwnedByYou') return;
    if (name !== 'BucketAlreadyExists') throw error;
    throw new AuditExportError('name-taken', `The bucket name ${bucket} is taken: all of AWS shares them.`, {
      cure: 'Choose another with --bucket.',
      cause: error,
    });
  }
}

function encryptionCommand(bucket: string, kmsKeyArn: string): PutBucketEncryptionCommand {
  return new PutBucketEncryptionCommand({
    Bucket: bucket,
    ServerSideEncryptionConfiguration: {
      Rules: [
        {
          ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: kmsKeyArn },
          BucketKeyEnabled: true,
        },
      ],
    },
  });
}

/** A policy that stands there already is somebody's work: it stays. */
async function demandTls(client: S3Client, bucket: string, partition: string): Promise<void> {
  const found = await client.send(new GetBucketPolicyCommand({ Bucket: bucket })).catch((error: unknown) => {
    const { name, $metadata } = error as ServiceError;
    if (name === 'NoSuchBucketPolicy') return undefined;
    if ($metadata?.httpStatusCode === 404 && !(error instanceof UnexpectedAnswer)) return undefined;
    throw error;
  });
  if (found?.Policy !== undefined && found.Policy !== '') return;
  const arn = `arn:${partition}:s3:::${bucket}`;
  const policy = {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'TlsOnly',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  };
  await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify(policy) }));
}
