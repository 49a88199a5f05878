import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import type { StoreProber, WriteTarget } from '../../../ports/aws/access-prober.ts';
import type { FinishedObject } from '../../../ports/store/object-store.ts';
import { PutFailure } from '../../../ports/store/put-failure.ts';
import { tried } from './access-answers.ts';
import type { S3WriteSettings } from '../aws-settings.ts';
import { constantInput, S3Store, saysTaken } from '../s3/s3-store.ts';

/** Always the same content, so that a probe that is there from before is the same one. */
const probeText = 'Written by the access test of audit-export. It may be deleted.\n';

const conflictTries = 8;
const conflictPauseMs = 100;

/** What the last answer said beside what the store passes on. */
interface LastAnswer {
  status: number | undefined;
  requestId: string | undefined;
  kmsKey: string | undefined;
}

/** Probes what the client can do in the bucket. It is the client that delivers, through the role where there is one. */
export function storeProber(client: S3Client, write: S3WriteSettings, key: string): StoreProber {
  const store = new S3Store(client, write);
  const last = observe(client);
  const { bucket, bucketOwner } = write;
  const about = {
    Bucket: bucket,
    ...(bucketOwner === undefined ? {} : { ExpectedBucketOwner: bucketOwner }),
  };
  const url = `s3://${bucket}/${key}`;
  return {
    put: (at) =>
      tried({ action: 's3:PutObject', target: `s3://${bucket}/${at}` }, async () => {
        await putPastOthers(store, { key: at, body: Buffer.from(probeText), contentType: 'text/plain' });
        const { status, requestId, kmsKey } = last;
        return { conditional: status === 412 || status === 304, kmsKey, $metadata: { requestId } };
      }),
    mayPut: (target) => mayPut(client, write, target),
    read: () =>
      tried({ action: 's3:GetObject', target: url }, async () => {
        const { Body, $metadata } = await client.send(
          new GetObjectCommand({ ...about, Key: key, Range: 'bytes=0-0' }),
        );
        await Body?.transformToByteArray();
        return { $metadata };
      }),
    list: () =>
      tried({ action: 's3:ListBucket', target: `s3://${bucket}` }, async () => {
        const Prefix = write.prefix === '' ? '' : `${write.prefix}/`;
        const { $metadata } = await client.send(new ListObjectsV2Command({ ...about, Prefix, MaxKeys: 1 }));
        return { $metadata };
      }),
    remove: () =>
      tried({ action: 's3:DeleteObject', target: url }, async () => {
        const { DeleteMarker, $metadata } = await client.send(
          new DeleteObjectCommand({ ...about, Key: key }),
        );
        return { marked: DeleteMarker === true, $metadata };
      }),
  };
}

/** Another test may be writing the same probe at this moment. */
async function putPastOthers(store: S3Store, probe: FinishedObject): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await store.put(probe);
      return;
    } catch (error) {
      const raced = error instanceof PutFailure && error.trouble.cause === 'conflict';
      if (!raced || tries === conflictTries) throw error;
      await sleep(conflictPauseMs * tries);
    }
  }
}

/**
 * The PutObject of a delivery with a Content-MD5 of something else: allowed, it ends in BadDigest (or 412, where there is
 * something already), and nothing is stored.
 */
function mayPut(
  client: S3Client,
  write: S3WriteSettings,
  { bucket, key, owner, replaces = false }: WriteTarget,
): ReturnType<StoreProber['mayPut']> {
  const { IfNoneMatch, ...plain } = constantInput({ ...write, bucket, bucketOwner: owner });
  const input = replaces ? plain : { ...plain, IfNoneMatch };
  const ContentMD5 = createHash('md5').update('something else').digest('base64');
  return tried({ action: 's3:PutObject', target: `s3://${bucket}/${key}` }, async () => {
    try {
      const { $metadata } = await client.send(
        new PutObjectCommand({
          ...input,
          Key: key,
          Body: Buffer.from(probeText),
          ContentMD5,
          ContentType: 'text/plain',
        }),
      );
      return { stored: true, $metadata };
    } catch (error) {
      const { name, $metadata } = error as {
        name?: string;
        $metadata?: { requestId?: string };
      };
      if (name !== 'BadDigest' && name !== 'InvalidDigest' && !saysTaken(error)) throw error;
      return { stored: false, $metadata: { requestId: $metadata?.requestId } };
    }
  });
}

/** Keeps what the raw answers say: the store passes on less than a test wants to know. */
function observe(client: S3Client): LastAnswer {
  const last: LastAnswer = { status: undefined, requestId: undefined, kmsKey: undefined };
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { statusCode, headers = {} } = result.response as {
        statusCode?: number;
        headers?: Record<string, string | undefined>;
      };
      const encryption = headers['x-amz-server-side-encryption'] ?? '';
      last.status = statusCode;
      last.requestId = headers['x-amz-request-id'];
      last.kmsKey = encryption.startsWith('aws:kms')
        ? (headers['x-amz-server-side-encryption-aws-kms-key-id'] ?? 'the key of S3')
        : undefined;
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'keepLastAnswer' },
  );
  return last;
}
