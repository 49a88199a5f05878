import { PutObjectCommand } from '@aws-sdk/client-s3';
import type {
  ObjectCannedACL,
  PutObjectCommandInput,
  S3Client,
  ServerSideEncryption,
  StorageClass,
} from '@aws-sdk/client-s3';
import type { FinishedObject, ObjectStore, PutStatus } from '../../../ports/store/object-store.ts';
import { inForm } from '../answers.ts';
import { toPutFailure } from '../errors/aws-errors.ts';
import type { AwsAct } from '../errors/aws-error-meaning.ts';
import type { AwsSettings, S3WriteSettings } from '../aws-settings.ts';
import { FreshCredentials } from '../credentials/fresh-credentials.ts';
import { PutTemplate } from './put-template.ts';
import type { HttpResponse } from './put-template.ts';
import { buildStoreClient } from './store-client.ts';

/**
 * Whether an error says that the key is taken: the condition `If-None-Match: *` does not hold. MinIO said 304 before 2024-04.
 * A 412 of somebody else (a gateway, another condition) says nothing of the kind.
 */
export function saysTaken(error: unknown): boolean {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  return status === 304 || (status === 412 && name === 'PreconditionFailed');
}

/**
 * An S3 bucket as store. One `put` is one PutObject with its whole body: s3:PutObject is all it takes. Throws a PutFailure;
 * where the credentials were refused, the next `put` looks for fresh ones first.
 */
export class S3Store implements ObjectStore {
  readonly location: string;
  readonly prefix: string;
  readonly #client: S3Client;
  readonly #credentials: FreshCredentials;
  readonly #write: S3WriteSettings;
  readonly #constant: Omit<PutObjectCommandInput, 'Key' | 'Body' | 'ContentType'>;
  #learns: boolean;
  #template: PutTemplate | undefined;

  /** With `templates` the SDK builds one request, and most others are made of it: its middlewares see the first alone. */
  constructor(client: S3Client, write: S3WriteSettings, { templates = false } = {}) {
    this.#client = client;
    this.#learns = templates;
    this.#credentials = new FreshCredentials(client.config.credentials);
    this.#write = write;
    this.prefix = write.prefix;
    this.location = `s3://${write.bucket}${write.prefix === '' ? '' : `/${write.prefix}`}`;
    this.#constant = constantInput(write);
  }

  async put(object: FinishedObject): Promise<PutStatus> {
    let credentials = this.#credentials.current;
    try {
      await this.#credentials.settle();
      credentials = this.#credentials.current;
      return await this.#send(object);
    } catch (error) {
      if (saysTaken(error)) return 'already-there';
      const failure = toPutFailure(error, this.#act(object.key));
      const { cause } = failure.trouble;
      if (cause === 'expired' || cause === 'denied') this.#credentials.refuse(credentials);
      throw failure;
    }
  }

  async replace({ key, body, contentType }: FinishedObject): Promise<void> {
    const { IfNoneMatch: _, ...constant } = this.#constant;
    const command = new PutObjectCommand({ ...constant, Key: key, Body: body, ContentType: contentType });
    try {
      await this.#client.send(command);
    } catch (error) {
      throw toPutFailure(error, this.#act(key));
    }
  }

  #act(key: string): AwsAct {
    const { bucket, prefix } = this.#write;
    return { action: 's3:PutObject', target: `s3://${bucket}/${key}`, prefix };
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  /** By the template where there is one; what an answer means that is no success is for the SDK to read. */
  async #send(object: FinishedObject): Promise<PutStatus> {
    const { key, body, contentType, contentEncoding } = object;
    const sent = await this.#template?.send(object);
    const response = sent === undefined ? undefined : await inForm(sent, 'S3', 'PutObjectCommand');
    if (response?.statusCode === 200) return 'stored';
    const command = new PutObjectCommand({
      ...this.#constant,
      Key: key,
      Body: body,
      ContentType: contentType,
      ...(contentEncoding === undefined ? {} : { ContentEncoding: contentEncoding }),
    });
    if (response !== undefined) answerWith(command, response);
    else if (this.#learns && contentEncoding === undefined)
      PutTemplate.leaveBehind({ command, key }, this.#client, (template) => {
        this.#learns = false;
        this.#template = template;
      });
    await this.#client.send(command);
    return 'stored';
  }
}

/** Lets the SDK read an answer that came already: sending the command sends nothing. */
function answerWith(command: PutObjectCommand, response: HttpResponse): void {
  command.middlewareStack.add(() => async () => ({ response, output: { $metadata: {} } }), {
    step: 'deserialize',
    priority: 'low',
    name: 'answerAsReceived',
  });
}

/**
 * What all PUTs have in common. No ACL unless one is asked for: buckets whose owner is enforced refuse most. The checksum (CRC32, which Object
 * Lock buckets demand in some form) is the SDK's default and is sent as a header, since the body is a buffer.
 */
export function constantInput(
  write: S3WriteSettings,
): Omit<PutObjectCommandInput, 'Key' | 'Body' | 'ContentType'> {
  const { bucket, bucketOwner, storageClass, kmsKeyId, sse, acl, tags } = write;
  const encryption = kmsKeyId === undefined ? sse : (sse ?? 'aws:kms');
  return {
    Bucket: bucket,
    IfNoneMatch: '*',
    ...(bucketOwner === undefined ? {} : { ExpectedBucketOwner: bucketOwner }),
    ...(storageClass === undefined ? {} : { StorageClass: storageClass as StorageClass }),
    ...(encryption === undefined ? {} : { ServerSideEncryption: encryption as ServerSideEncryption }),
    ...(kmsKeyId === undefined ? {} : { SSEKMSKeyId: kmsKeyId }),
    ...(acl === undefined ? {} : { ACL: acl as ObjectCannedACL }),
    ...(tags === undefined ? {} : { Tagging: new URLSearchParams(tags).toString() }),
  };
}

/** How the store is connected, where it differs from the rule. */
export interface S3Connection {
  /** Whether a run without credentials that work is to be told so now. A run that outlasts outages is told by its PUTs. */
  checked?: boolean;
  /** A connection that is silent for so long counts as failed. */
  silenceMs?: number;
}

/** Connects a bucket. Credentials come from the SDK's default chain, through the role where one is named. */
export async function openS3Store(
  aws: AwsSettings,
  write: S3WriteSettings,
  environment: NodeJS.ProcessEnv,
  { checked = true, silenceMs }: S3Connection = {},
): Promise<S3Store> {
  const client = await buildStoreClient(aws, environment, { attempts: 'once', silenceMs });
  await checkSettings(client, write.bucket, checked);
  return new S3Store(client, write, { templates: true });
}

/**
 * Finds out before anything is read whether there are a region and credentials (and assumes the role, where one is named).
 * Trouble that may pass by itself is left to the first PUT.
 */
async function checkSettings(client: S3Client, bucket: string, credentials: boolean): Promise<void> {
  try {
    await client.config.region();
    if (credentials) await client.config.credentials();
  } catch (error) {
    const failure = toPutFailure(error, { action: 's3:PutObject', target: `s3://${bucket}` });
    if (!['denied', 'expired', 'final'].includes(failure.trouble.cause)) return;
    client.destroy();
    throw failure;
  }
}
