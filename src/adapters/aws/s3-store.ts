import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { PutObjectCommandInput, S3ClientConfig, StorageClass } from '@aws-sdk/client-s3';
import type { FinishedObject, ObjectStore, PutStatus } from '../../ports/object-store.ts';
import { assumedRole } from './assumed-role.ts';
import { fromAwsError } from './aws-errors.ts';
import type { AwsSettings, S3WriteSettings } from './aws-settings.ts';
import { hadLostAnswer, rememberLostAnswers } from './lost-answers.ts';
import { buildRequestAgents } from './request-handler.ts';

/** Tries a request gets, unless AWS_MAX_ATTEMPTS says otherwise: a busy S3 needs more patience than the SDK's three. */
const maxAttempts = 6;
/** A racing writer of the same key: its PUT is not finished yet, so ask again. */
const conflictTries = 8;
const conflictPauseMs = 100;

/** An S3 bucket as store. One PutObject an object, with its whole body: s3:PutObject is all it takes. */
export class S3Store implements ObjectStore {
  readonly location: string;
  readonly prefix: string;
  readonly #client: S3Client;
  readonly #write: S3WriteSettings;
  readonly #constant: Omit<PutObjectCommandInput, 'Key' | 'Body' | 'ContentType'>;

  constructor(client: S3Client, write: S3WriteSettings) {
    rememberLostAnswers(client);
    this.#client = client;
    this.#write = write;
    this.prefix = write.prefix;
    this.location = `s3://${write.bucket}${write.prefix === '' ? '' : `/${write.prefix}`}`;
    this.#constant = constantInput(write);
  }

  async put({ key, body, contentType }: FinishedObject): Promise<PutStatus> {
    for (let tries = 1; ; tries++) {
      try {
        await this.#client.send(
          new PutObjectCommand({ ...this.#constant, Key: key, Body: body, ContentType: contentType }),
        );
        return 'stored';
      } catch (error) {
        const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
        if (status === 412) return hadLostAnswer(error) ? 'stored' : 'already-there';
        if (status !== 409 || tries === conflictTries)
          throw fromAwsError(error, { action: 's3:PutObject', target: `s3://${this.#write.bucket}/${key}` });
        await sleep(conflictPauseMs * tries);
      }
    }
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }
}

/**
 * What all PUTs have in common. No ACL: buckets whose owner is enforced refuse any. The checksum (CRC32, which Object
 * Lock buckets demand in some form) is the SDK's default and is sent as a header, since the body is a buffer.
 */
export function constantInput(
  write: S3WriteSettings,
): Omit<PutObjectCommandInput, 'Key' | 'Body' | 'ContentType'> {
  const { bucket, bucketOwner, storageClass, kmsKeyId, tags } = write;
  return {
    Bucket: bucket,
    IfNoneMatch: '*',
    ...(bucketOwner === undefined ? {} : { ExpectedBucketOwner: bucketOwner }),
    ...(storageClass === undefined ? {} : { StorageClass: storageClass as StorageClass }),
    ...(kmsKeyId === undefined ? {} : { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKeyId }),
    ...(tags === undefined ? {} : { Tagging: new URLSearchParams(tags).toString() }),
  };
}

/** Connects a bucket. Credentials come from the SDK's default chain, through the role where one is named. */
export async function openS3Store(
  aws: AwsSettings,
  write: S3WriteSettings,
  environment: NodeJS.ProcessEnv,
): Promise<S3Store> {
  const client = await buildStoreClient(aws, write, environment);
  await checkReachable(client, write.bucket);
  return new S3Store(client, write);
}

/** The client that delivers; nothing is asked or assumed before its first request. */
export async function buildStoreClient(
  aws: AwsSettings,
  write: Pick<S3WriteSettings, 'bucket'>,
  environment: NodeJS.ProcessEnv,
): Promise<S3Client> {
  const endpoint = aws.endpointUrl ?? environment['AWS_ENDPOINT_URL_S3'] ?? environment['AWS_ENDPOINT_URL'];
  const region = aws.region ?? environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'];
  const agents = await buildRequestAgents(
    endpoint ?? `https://${write.bucket}.s3.amazonaws.com`,
    environment,
  );
  const common = {
    requestHandler: agents,
    ...(environment['AWS_MAX_ATTEMPTS'] === undefined ? { maxAttempts } : {}),
    ...(region === undefined ? {} : { region }),
    ...(aws.endpointUrl === undefined ? {} : { endpoint: aws.endpointUrl }),
  };
  const config: S3ClientConfig = {
    ...common,
    forcePathStyle: aws.pathStyle ?? endpoint !== undefined,
    ...(aws.role === undefined ? {} : { credentials: assumedRole(aws.role, common) }),
  };
  return new S3Client(config);
}

/** Finds out before anything is read whether there are a region and credentials (and assumes the role, where one is named). */
async function checkReachable(client: S3Client, bucket: string): Promise<void> {
  try {
    await client.config.region();
    await client.config.credentials();
  } catch (error) {
    client.destroy();
    throw fromAwsError(error, { action: 's3:PutObject', target: `s3://${bucket}` });
  }
}
