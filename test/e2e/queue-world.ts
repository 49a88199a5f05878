import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
  type ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { startEmulator } from '../../src/adapters/emulator/start-emulator.ts';
import type { Emulator } from '../../src/ports/aws/emulator.ts';
import type { ReadableStore } from './read-export.ts';
import { isDelivery } from './read-export.ts';

const region = 'us-east-1';
const account = '111122223333';
const workerPolicy = new URL('../../examples/scale/worker-policy.json', import.meta.url);

/** A statement of a policy. */
export interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

/** S3 and SQS with a source bucket, a target bucket, and a queue whose poison goes to a dead-letter queue. */
export interface QueueWorld {
  readonly emulator: Emulator;
  readonly source: string;
  readonly target: string;
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly deadLetterUrl: string;
  readonly sqs: SQSClient;
  /** Puts an object into the source bucket, or another one; compressed where the key says so. */
  readonly put: (key: string, lines: readonly Buffer[], bucket?: string) => Promise<void>;
  /** Removes an object from the source bucket. */
  readonly remove: (key: string) => Promise<unknown>;
  /** What the program is given: endpoint, region, and keys that may do this and nothing else. */
  readonly environmentFor: (statements: readonly Statement[]) => Promise<Record<string, string>>;
  /** The statements that docs/scale.md gives a worker. */
  readonly workerStatements: readonly Statement[];
  readonly send: (body: string) => Promise<void>;
  /** Changes how often a message may be received. */
  readonly redriveAfter: (maxReceiveCount: number) => Promise<void>;
  readonly counts: (url?: string) => Promise<{ visible: number; inFlight: number }>;
  readonly bodies: (url: string) => Promise<string[]>;
  /** What lies below a prefix of the target bucket. */
  readonly storeAt: (prefix: string) => ReadableStore;
  readonly close: () => Promise<void>;
}

/** Starts a world. `notify`: whether objects of the source bucket are told of in the queue. */
export async function startQueueWorld(
  options: { notify?: boolean; maxReceiveCount?: number } = {},
): Promise<QueueWorld> {
  const { notify = true, maxReceiveCount = 3 } = options;
  const emulator = await startEmulator({ region });
  const { url: endpoint, customer } = emulator;
  const common = { endpoint, region, credentials: { ...customer } };
  const s3 = new S3Client({ ...common, forcePathStyle: true });
  const sqs = new SQSClient({ ...common });
  const iam = new IAMClient({ ...common });
  const [source, target] = ['raw-logs', 'audit-target'];
  for (const Bucket of [source, target]) await s3.send(new CreateBucketCommand({ Bucket }));
  const arn = (name: string): string => `arn:aws:sqs:${region}:${account}:${name}`;
  const queueArn = arn('new-logs');
  const redrive = (count: number): string =>
    JSON.stringify({ deadLetterTargetArn: arn('new-logs-dead'), maxReceiveCount: count });
  const dead = await sqs.send(new CreateQueueCommand({ QueueName: 'new-logs-dead' }));
  const made = await sqs.send(
    new CreateQueueCommand({
      QueueName: 'new-logs',
      Attributes: {
        RedrivePolicy: redrive(maxReceiveCount),
        Policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: {
            Effect: 'Allow',
            Principal: { Service: 's3.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: queueArn,
            Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:s3:::${source}` } },
          },
        }),
      },
    }),
  );
  const queueUrl = made.QueueUrl ?? '';
  if (notify) {
    const QueueConfigurations = [{ QueueArn: queueArn, Events: ['s3:ObjectCreated:*' as const] }];
    await s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: source,
        NotificationConfiguration: { QueueConfigurations },
      }),
    );
  }
  return {
    emulator,
    source,
    target,
    queueUrl,
    queueArn,
    deadLetterUrl: dead.QueueUrl ?? '',
    sqs,
    put: async (Key, lines, Bucket = source) => {
      const bytes = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
      await s3.send(
        new PutObjectCommand({ Bucket, Key, Body: Key.endsWith('.gz') ? gzipSync(bytes) : bytes }),
      );
    },
    remove: (Key) => s3.send(new DeleteObjectCommand({ Bucket: source, Key })),
    environmentFor: async (statements) => {
      const UserName = `worker-${randomBytes(6).toString('hex')}`;
      const Statement = statements.map((statement) => ({ Effect: 'Allow', ...statement }));
      const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
      await iam.send(new CreateUserCommand({ UserName }));
      await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'work', PolicyDocument }));
      const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
      return {
        AWS_REGION: region,
        AWS_ENDPOINT_URL: endpoint,
        AWS_ACCESS_KEY_ID: AccessKey?.AccessKeyId ?? '',
        AWS_SECRET_ACCESS_KEY: AccessKey?.SecretAccessKey ?? '',
      };
    },
    workerStatements: (JSON.parse(readFileSync(workerPolicy, 'utf8')) as { Statement: Statement[] })
      .Statement,
    redriveAfter: async (count) => {
      await sqs.send(
        new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes: { RedrivePolicy: redrive(count) } }),
      );
    },
    send: async (MessageBody) => {
      await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
    },
    counts: async (QueueUrl = queueUrl) => {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
      );
      return {
        visible: Number(Attributes.ApproximateNumberOfMessages),
        inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
      };
    },
    bodies: async (QueueUrl) => {
      const bodies: string[] = [];
      for (let polls = 0; polls < 100; polls++) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 600 }),
        );
        if (Messages.length === 0) return bodies;
        bodies.push(...Messages.map(({ Body = '' }) => Body));
      }
      throw new Error(`${QueueUrl} has no end`);
    },
    storeAt: (prefix) => ({
      list: async () => (await keysBelow(s3, target, prefix)).filter(isDelivery),
      read: async (key) => {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: target, Key: `${prefix}/${key}` }));
        return Buffer.from((await Body?.transformToByteArray()) ?? []);
      },
    }),
    close: async () => {
      for (const client of [s3, sqs, iam]) client.destroy();
      await emulator.close();
    },
  };
}

const mostPages = 100;

async function keysBelow(s3: S3Client, Bucket: string, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  let ContinuationToken: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const answer: ListObjectsV2CommandOutput = await s3.send(
      new ListObjectsV2Command({ Bucket, Prefix: `${prefix}/`, ContinuationToken }),
    );
    keys.push(...(answer.Contents ?? []).map(({ Key = '' }) => Key.slice(prefix.length + 1)));
    ContinuationToken = answer.NextContinuationToken;
    if (ContinuationToken === undefined) return keys.toSorted();
  }
  throw new Error(`more than ${mostPages} pages of keys below ${prefix}`);
}
